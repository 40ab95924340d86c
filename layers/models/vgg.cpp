#include "layers/models/vgg.h"

#include <algorithm>

#include "core/check.h"
#include "layers/fold/fold_error.h"
#include "layers/models/plain_vgg.h"

namespace onefold {

namespace {

const std::vector<RepVggSize>& sizes() {
  // [sizes]
  static const std::vector<RepVggSize> all = {
      {"nano", {1, 1, 2, 4, 1}, {8, 8, 8, 16, 32}},       // to try a command with: 1.9 M multiply-adds
      {"tiny", {1, 1, 2, 4, 1}, {16, 16, 32, 64, 256}},   // 19 M
      {"mini", {1, 1, 2, 3, 1}, {32, 32, 64, 128, 512}},  // 64 M
      {"S", {1, 2, 4, 6, 1}, {32, 32, 64, 128, 512}},     // 127 M
      {"A0", {1, 2, 4, 14, 1}, {48, 48, 96, 192, 1280}},  // 489 M
  };
  // [/sizes]
  return all;
}

}  // namespace

// [forward]
Variable Vgg::forward(const Variable& x) {
  const bool inference = !training() && !grad_enabled();
  if (inference && x.shape().rank() == 4 && x.shape()[0] > kSlice) return forward_in_slices(x.value());

  Variable y = parts_.whitening ? (*parts_.whitening)(x) : x;
  for (const auto& stage : parts_.stages) y = (*stage)(y);
  return classify(y);
}
// [/forward]

Variable Vgg::forward_in_slices(const Tensor& images) {
  const int64_t count = images.shape()[0], classes = head().bias().shape()[0], image = images.size() / count;
  Tensor logits({count, classes});
  for (int64_t begin = 0; begin < count; begin += kSlice) {
    const int64_t slice_count = std::min(kSlice, count - begin);
    Tensor slice({slice_count, images.shape()[1], images.shape()[2], images.shape()[3]});
    std::copy_n(images.data() + begin * image, slice.size(), slice.data());
    const Variable some = forward(Variable(slice));
    std::copy_n(some.value().data(), slice_count * classes, logits.data() + begin * classes);
  }
  return Variable(logits);
}

void Vgg::visit(Visitor& visitor) {
  if (parts_.whitening) visitor.child("whitening", *parts_.whitening);
  for (size_t s = 0; s < parts_.stages.size(); ++s) visitor.child("stages." + std::to_string(s), *parts_.stages[s]);
  visitor.child("pool", *parts_.pool);
  visitor.child("head", *parts_.head);
}

std::string Vgg::text() const {
  return size_.name + ", " + std::to_string(parts_.head->bias().shape()[0]) + " classes" +
         (parts_.note.empty() ? "" : ", " + parts_.note);
}

// [fold]
std::unique_ptr<PlainVgg> Vgg::fold_network() const {
  check_evaluation_mode(*this);
  VggParts folded;
  if (parts_.whitening) folded.whitening = fold_piece("whitening", [&] { return parts_.whitening->fold(); });
  for (size_t s = 0; s < parts_.stages.size(); ++s) {
    folded.stages.push_back(fold_piece("stages." + std::to_string(s), [&] { return parts_.stages[s]->fold_layers(); }));
  }
  folded.pool = parts_.pool->fold();
  folded.head = fold_piece("head", [&] { return parts_.head->fold_linear(); });
  auto network = std::make_unique<PlainVgg>(size_, std::move(folded));
  network->eval();
  return network;
}
// [/fold]

std::unique_ptr<Module> Vgg::fold() const { return fold_network(); }

Module& Vgg::block(int64_t s, int64_t b) {
  check(s >= 0 && s < std::ssize(parts_.stages) && b >= 0 && b < size_.depths[static_cast<size_t>(s)], description(),
        ": there is no block ", b, " in stage ", s, "; see size().depths");
  return stage(s)[b];
}

std::vector<Module*> Vgg::blocks() {
  std::vector<Module*> found;
  for (int64_t s = 0; s < std::ssize(parts_.stages); ++s) {
    for (int64_t b = 0; b < size_.depths[static_cast<size_t>(s)]; ++b) found.push_back(&block(s, b));
  }
  return found;
}

std::vector<Variable> Vgg::block_inputs(const Variable& images) {
  std::vector<Variable> inputs;
  Variable x = parts_.whitening ? (*parts_.whitening)(images) : images;
  for (int64_t s = 0; s < std::ssize(parts_.stages); ++s) {
    for (int64_t i = 0; i < stage(s).size(); ++i) {
      if (i < size_.depths[static_cast<size_t>(s)]) inputs.push_back(x);
      x = stage(s)[i](x);
    }
  }
  return inputs;
}

std::vector<std::vector<BlockOptions>> block_options(const RepVggSize& size) {
  constexpr int64_t kImageChannels = 3;
  std::vector<std::vector<BlockOptions>> stages;
  int64_t in = kImageChannels, made = 0;
  for (size_t s = 0; s < size.depths.size(); ++s) {
    check(size.depths[s] >= 1 && size.widths[s] >= 1, "RepVgg ", size.name, ": stage ", s, " has ", size.depths[s],
          " blocks of ", size.widths[s], " channels; both must be at least 1");
    auto& blocks = stages.emplace_back();
    for (int64_t b = 0; b < size.depths[s]; ++b, ++made) {
      blocks.push_back({.in = in,
                        .out = size.widths[s],
                        .stride = s >= 2 && b == 0 ? 2 : 1,
                        .groups = made >= 2 && made % 2 == 0 ? size.groups : 1});
      in = size.widths[s];
    }
  }
  return stages;
}

std::vector<std::unique_ptr<Sequential>> make_stages(const RepVggSize& size,
                                                     const std::vector<std::vector<BlockOptions>>& options,
                                                     const MakeBlock& make) {
  std::vector<std::unique_ptr<Sequential>> stages;
  for (size_t s = 0; s < options.size(); ++s) {
    auto& stage = stages.emplace_back(std::make_unique<Sequential>());
    for (size_t b = 0; b < options[s].size(); ++b) {
      try {
        stage->append(make(options[s][b]));
      } catch (const Error& error) {
        fail("RepVgg ", size.name, ": stages.", s, ".", b, ": ", error.what());
      }
    }
  }
  return stages;
}

RepVggSize repvgg_size(const std::string& name) {
  std::string names;
  for (const RepVggSize& size : sizes()) {
    if (size.name == name) return size;
    names += (names.empty() ? "" : ", ") + size.name;
  }
  fail("RepVgg: unknown size \"", name, "\"; expected one of ", names);
}

std::vector<std::string> repvgg_names() {
  std::vector<std::string> names;
  for (const RepVggSize& size : sizes()) names.push_back(size.name);
  return names;
}

}  // namespace onefold
