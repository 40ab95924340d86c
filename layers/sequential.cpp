#include "layers/sequential.h"

#include "core/check.h"
#include "layers/activations.h"
#include "layers/batch_norm.h"
#include "layers/conv2d.h"
#include "layers/fold.h"

namespace onefold {

void Sequential::append(std::unique_ptr<Module> layer) {
  check(layer != nullptr, "Sequential: layer ", size(), " is null; append a layer");
  layers_.push_back(std::move(layer));
}

Variable Sequential::forward(const Variable& x) {
  Variable y = x;
  for (const auto& layer : layers_) y = layer->forward(y);
  return y;
}

void Sequential::visit(Visitor& visitor) {
  for (size_t i = 0; i < layers_.size(); ++i) visitor.child(std::to_string(i), *layers_[i]);
}

std::string Sequential::description() const {
  return "Sequential, " + std::to_string(size()) + (size() == 1 ? " layer" : " layers");
}

namespace {

std::unique_ptr<Module> fold_pair(const Conv2d& conv, const std::string& conv_name, const BatchNorm2d& norm,
                                  const std::string& norm_name) {
  const Kernel kernel = fold_piece(conv_name, [&] { return conv.kernel(); });
  const DoubleKernel folded = fold_piece(norm_name, [&] { return fold_batch_norm(kernel, norm.fixed()); });
  return std::make_unique<Conv2d>(folded.rounded(), conv.args());
}

}  // namespace

std::unique_ptr<Sequential> Sequential::fold_layers() const {
  check_evaluation_mode(*this);
  auto folded = std::make_unique<Sequential>();
  for (size_t i = 0; i < layers_.size(); ++i) {
    const std::string name = std::to_string(i);
    const auto* conv = dynamic_cast<const Conv2d*>(layers_[i].get());
    const auto* norm = i + 1 < layers_.size() ? dynamic_cast<const BatchNorm2d*>(layers_[i + 1].get()) : nullptr;
    if (conv != nullptr && norm != nullptr) {
      folded->append(fold_pair(*conv, name, *norm, std::to_string(++i)));
      continue;
    }
    std::unique_ptr<Module> layer = fold_piece(name, [&] { return layers_[i]->fold(); });
    if (dynamic_cast<const Identity*>(layer.get()) == nullptr) folded->append(std::move(layer));
  }
  folded->eval();
  return folded;
}

size_t Sequential::checked(int64_t index) const {
  check(index >= 0 && index < size(), "Sequential: no layer ", index, " among ", size(), " layers");
  return static_cast<size_t>(index);
}

}  // namespace onefold
