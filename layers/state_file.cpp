#include "layers/state_file.h"

#include "core/check.h"
#include "core/files/safetensors.h"

namespace onefold {

namespace {

/// [R, S, C, K] -> [K, C, R, S], "OIHW"
Tensor to_oihw(const Tensor& tensor) {
  const int64_t R = tensor.shape()[0], S = tensor.shape()[1], C = tensor.shape()[2], K = tensor.shape()[3];
  Tensor oihw({K, C, R, S});
  for (int64_t rs = 0; rs < R * S; ++rs) {
    for (int64_t c = 0; c < C; ++c) {
      for (int64_t k = 0; k < K; ++k) oihw[(k * C + c) * R * S + rs] = tensor[(rs * C + c) * K + k];
    }
  }
  return oihw;
}

/// [K, C, R, S] -> [R, S, C, K]
Tensor from_oihw(const Tensor& oihw) {
  const int64_t K = oihw.shape()[0], C = oihw.shape()[1], R = oihw.shape()[2], S = oihw.shape()[3];
  Tensor tensor({R, S, C, K});
  for (int64_t rs = 0; rs < R * S; ++rs) {
    for (int64_t c = 0; c < C; ++c) {
      for (int64_t k = 0; k < K; ++k) tensor[(rs * C + c) * K + k] = oihw[(k * C + c) * R * S + rs];
    }
  }
  return tensor;
}

/// A transposed matrix: a linear weight is that of a 1x1 convolution.
Tensor transposed(const Tensor& matrix) {
  const int64_t rows = matrix.shape()[0], columns = matrix.shape()[1];
  return to_oihw(matrix.reshape({1, 1, rows, columns})).reshape({columns, rows});
}

}  // namespace

std::map<std::string, Tensor> to_file_layout(const std::map<std::string, Tensor>& state) {
  std::map<std::string, Tensor> tensors = state;
  for (auto& [name, tensor] : tensors) {
    if (tensor.shape().rank() == 4) tensor = to_oihw(tensor);
    if (tensor.shape().rank() == 2) tensor = transposed(tensor);
  }
  return tensors;
}

std::map<std::string, Tensor> from_file_layout(const std::map<std::string, Tensor>& tensors) {
  std::map<std::string, Tensor> state = tensors;
  for (auto& [name, tensor] : state) {
    if (tensor.shape().rank() == 4) tensor = from_oihw(tensor);
    if (tensor.shape().rank() == 2) tensor = transposed(tensor);
  }
  return state;
}

void save_model(const std::filesystem::path& path, Module& module, const std::map<std::string, std::string>& metadata) {
  save_safetensors(path, {to_file_layout(state(module)), metadata});
}

std::map<std::string, std::string> load_model(const std::filesystem::path& path, Module& module) {
  SafetensorsFile file = load_safetensors(path);
  // PyTorch's batch norms count their batches; nothing here depends on that.
  std::erase_if(file.tensors, [](const auto& entry) { return entry.first.ends_with(".num_batches_tracked"); });

  // Compared in the file's layout, so that the message has the shapes that other tools show.
  const std::string differences = state_differences(to_file_layout(state(module)), file.tensors);
  std::string origin;
  for (const auto& [key, value] : file.metadata) origin += (origin.empty() ? " (" : ", ") + key + " = " + value;
  if (!origin.empty()) origin += ")";
  check(differences.empty(), "load_model: ", path.string(), origin, " is not a state of ", module.description(), ":",
        differences, "\nnothing was loaded; make the network that the file was saved from, in the same form ",
        "(trained or folded), or give another file");

  load_state(module, from_file_layout(file.tensors));
  return file.metadata;
}

}  // namespace onefold
