#pragma once

#include <cmath>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/annex/padding.h"
#include "core/annex/window_pooling.h"
#include "core/conv/conv2d.h"
#include "core/ops/elementwise.h"
#include "core/ops/pooling.h"
#include "layers/state_file.h"

// Reads an ONNX file by the wire format and the numbers of its fields alone, and computes what its operators say: not
// a line of this knows how such a file is written.

namespace onefold::testing {

struct ProtobufField {
  uint64_t integer = 0;  // of a varint
  std::string bytes;     // of anything else
};

/// The fields of a message by number, repeated ones in their order. Throws if the bytes are not whole fields.
class ProtobufReader {
 public:
  explicit ProtobufReader(const std::string& bytes) : bytes_(bytes) {
    while (at_ < bytes_.size()) {
      const uint64_t key = varint();
      ProtobufField field;
      switch (key & 7) {
        case 0: field.integer = varint(); break;
        case 2: field.bytes = take(varint()); break;
        case 5: field.bytes = take(4); break;
        default: throw std::runtime_error("a field of unknown kind");
      }
      fields_[static_cast<int>(key >> 3)].push_back(field);
    }
  }

  std::vector<ProtobufField> all(int field) const {
    const auto found = fields_.find(field);
    return found == fields_.end() ? std::vector<ProtobufField>() : found->second;
  }
  bool has(int field) const { return fields_.contains(field); }
  std::string text(int field) const { return fields_.at(field).at(0).bytes; }
  int64_t integer(int field) const { return static_cast<int64_t>(fields_.at(field).at(0).integer); }
  ProtobufReader message(int field) const { return ProtobufReader(text(field)); }
  std::vector<ProtobufReader> messages(int field) const {
    std::vector<ProtobufReader> found;
    for (const ProtobufField& each : all(field)) found.emplace_back(each.bytes);
    return found;
  }

 private:
  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
  }
  std::string take(uint64_t count) {
    if (count > bytes_.size() - at_) throw std::runtime_error("a field that is cut off");
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }

  std::string bytes_;
  size_t at_ = 0;
  std::map<int, std::vector<ProtobufField>> fields_;
};

inline double float_of(const std::string& bytes, size_t index = 0) {
  float value;
  std::memcpy(&value, bytes.data() + 4 * index, 4);
  return double{value};
}

/// The shape of a value_info, the batch as 0: it must be "N".
inline std::vector<int64_t> declared_shape(const ProtobufReader& value_info) {
  const ProtobufReader tensor = value_info.message(2).message(1);
  std::vector<int64_t> shape;
  for (const ProtobufReader& extent : tensor.message(2).messages(1)) {
    if (shape.empty() && extent.text(2) != "N") throw std::runtime_error("the batch is not N");
    shape.push_back(shape.empty() ? 0 : extent.integer(1));
  }
  return tensor.integer(1) == 1 ? shape : std::vector<int64_t>();
}

/// A file's graph, ready to run.
class OnnxReader {
 public:
  explicit OnnxReader(const std::string& bytes) : file(bytes), graph(file.message(7)) {
    for (const ProtobufReader& tensor : graph.messages(5)) read_initializer(tensor);
  }

  /// The values of all maps, [N, H, W, C] or [N, C], for pixels [N, H, W, 3].
  std::map<std::string, Tensor> run(const Tensor& pixels) const {
    std::map<std::string, Tensor> maps = weights;
    maps.insert_or_assign(graph.message(11).text(1), pixels);
    for (const ProtobufReader& node : graph.messages(1)) {
      std::vector<Tensor> inputs;
      for (const ProtobufField& input : node.all(1)) {
        inputs.push_back(integers.contains(input.bytes) ? Tensor::zeros({1}) : maps.at(input.bytes));
      }
      if (maps.contains(node.text(2))) throw std::runtime_error(node.text(2) + " is computed twice");
      maps.insert_or_assign(node.text(2), compute(node, inputs));
    }
    for (const auto& [name, weight] : weights) maps.erase(name);
    return maps;
  }

  int64_t count(const std::string& op) const {
    int64_t found = 0;
    for (const ProtobufReader& node : graph.messages(1)) found += node.text(4) == op ? 1 : 0;
    return found;
  }

  ProtobufReader file, graph;
  std::map<std::string, Tensor> weights;
  std::map<std::string, std::vector<int64_t>> integers;

 private:
  void read_initializer(const ProtobufReader& tensor) {
    std::vector<int64_t> dims;
    for (const ProtobufField& extent : tensor.all(1)) dims.push_back(static_cast<int64_t>(extent.integer));
    if (tensor.integer(2) == 7) {
      for (const ProtobufField& value : tensor.all(7)) {
        integers[tensor.text(8)].push_back(static_cast<int64_t>(value.integer));
      }
      return;
    }
    Tensor values(Shape(dims.data(), std::ssize(dims)));
    const std::string raw = tensor.text(9);
    if (tensor.integer(2) != 1 || raw.size() != 4 * static_cast<size_t>(values.size())) {
      throw std::runtime_error(tensor.text(8) + " is not as many floats as its shape says");
    }
    for (int64_t i = 0; i < values.size(); ++i) values[i] = static_cast<Real>(float_of(raw, static_cast<size_t>(i)));
    weights.emplace(tensor.text(8), values);
  }

  static std::vector<int64_t> ints(const ProtobufReader& node, const std::string& name) {
    std::vector<int64_t> values;
    for (const ProtobufReader& attribute : node.messages(5)) {
      if (attribute.text(1) != name) continue;
      for (const ProtobufField& value : attribute.all(8)) values.push_back(static_cast<int64_t>(value.integer));
      if (attribute.has(3)) values.push_back(attribute.integer(3));
    }
    return values;
  }
  static double number(const ProtobufReader& node, const std::string& name) {
    for (const ProtobufReader& attribute : node.messages(5)) {
      if (attribute.text(1) == name) return float_of(attribute.text(2));
    }
    throw std::runtime_error("no attribute " + name);
  }

  template <class F>
  static Tensor per_channel(const Tensor& x, const F& f) {
    Tensor y(x.shape());
    for (int64_t i = 0; i < x.size(); ++i) y[i] = static_cast<Real>(f(double{x[i]}, i % x.shape()[-1]));
    return y;
  }

  Tensor compute(const ProtobufReader& node, const std::vector<Tensor>& inputs) const {
    const std::string op = node.text(4);
    const Tensor& x = inputs.at(0);
    if (op == "Sub") return per_channel(x, [&](double a, int64_t c) { return a - double{inputs.at(1)[c]}; });
    if (op == "Div") return per_channel(x, [&](double a, int64_t c) { return a / double{inputs.at(1)[c]}; });
    if (op == "Mul") return per_channel(x, [&](double a, int64_t c) { return a * double{inputs.at(1)[c]}; });
    if (op == "Add") return add(x, inputs.at(1));
    if (op == "Relu") return relu_forward(x);
    if (op == "BatchNormalization") {
      const double eps = number(node, "epsilon");
      return per_channel(x, [&](double a, int64_t c) {
        const double deviation = std::sqrt(double{inputs.at(4)[c]} + eps);
        return (a - double{inputs.at(3)[c]}) / deviation * double{inputs.at(1)[c]} + double{inputs.at(2)[c]};
      });
    }
    if (op == "Pad") {
      const std::vector<int64_t> pads = integers.at(node.all(1).at(1).bytes);
      if (pads != std::vector<int64_t>{0, 0, pads.at(2), pads.at(3), 0, 0, pads.at(2), pads.at(3)}) {
        throw std::runtime_error("pads on one side only");
      }
      return pad2d_forward(x, Tensor(), pads[2], pads[3]);
    }
    if (op == "Conv") return convolution(node, inputs);
    if (op == "MaxPool") {
      const std::vector<int64_t> kernel = ints(node, "kernel_shape"), strides = ints(node, "strides");
      return max_pool2d_forward(x, {.kernel = kernel.at(1), .stride = strides.at(1)}).y;
    }
    const int64_t N = x.shape()[0], C = x.shape()[-1];
    if (op == "GlobalAveragePool") return global_avg_pool_forward(x).reshape({N, 1, 1, C});
    if (op == "GlobalMaxPool") {
      return max_pool2d_forward(x, {.kernel = x.shape()[1], .stride = x.shape()[1]}).y.reshape({N, 1, 1, C});
    }
    if (op == "Flatten") return x.reshape({N, x.size() / N});
    if (op == "Gemm") return gemm(node, inputs);
    throw std::runtime_error("unknown operator " + op);
  }

  static Tensor convolution(const ProtobufReader& node, const std::vector<Tensor>& inputs) {
    const Tensor weight = from_file_layout({{"weight", inputs.at(1)}}).at("weight");
    const auto kernel = ints(node, "kernel_shape"), strides = ints(node, "strides"), pads = ints(node, "pads");
    const auto dilations = ints(node, "dilations");
    if (kernel != std::vector<int64_t>{weight.shape()[0], weight.shape()[1]} || pads.at(0) != pads.at(2) ||
        pads.at(1) != pads.at(3)) {
      throw std::runtime_error(node.text(3) + ": kernel_shape or pads");
    }
    return conv2d(inputs[0], weight,
                  {.stride_h = strides.at(0),
                   .stride_w = strides.at(1),
                   .padding_h = pads[0],
                   .padding_w = pads[1],
                   .dilation_h = dilations.at(0),
                   .dilation_w = dilations.at(1),
                   .groups = ints(node, "group").at(0),
                   .algorithm = ConvAlgorithm::naive},
                  inputs.size() > 2 ? inputs[2] : Tensor());
  }

  static Tensor gemm(const ProtobufReader& node, const std::vector<Tensor>& inputs) {
    const Tensor &x = inputs.at(0), &weight = inputs.at(1), &bias = inputs.at(2);
    if (ints(node, "transB") != std::vector<int64_t>{1}) throw std::runtime_error("a Gemm without transB");
    const int64_t N = x.shape()[0], C = x.shape()[1], K = weight.shape()[0];
    Tensor y({N, K});
    for (int64_t i = 0; i < N * K; ++i) {
      double sum = 0;
      for (int64_t c = 0; c < C; ++c) sum += double{x[i / K * C + c]} * double{weight[i % K * C + c]};
      y[i] = static_cast<Real>(number(node, "alpha") * sum + number(node, "beta") * double{bias[i % K]});
    }
    return y;
  }
};

}  // namespace onefold::testing
