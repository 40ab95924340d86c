#include "layers/sequential.h"

#include "core/check.h"
#include "layers/batch_norm.h"
#include "layers/fold/fold_error.h"

namespace onefold {

void Sequential::append(std::unique_ptr<Module> layer) {
  check(layer != nullptr, "Sequential: layer ", size(), " is null; append a layer");
  layers_.push_back(std::move(layer));
}

void Sequential::replace(int64_t first, int64_t count, std::unique_ptr<Module> layer) {
  check(first >= 0 && count >= 1 && first + count <= size(), "Sequential: ", count, " layers from number ", first,
        " on cannot be replaced, it has ", size(), "; replace fewer");
  check(layer != nullptr, "Sequential: the layer that replaces layer ", first, " is null; give a layer");
  layers_[static_cast<size_t>(first)] = std::move(layer);
  layers_.erase(layers_.begin() + first + 1, layers_.begin() + first + count);
}

Variable Sequential::forward(const Variable& x) {
  Variable y = x;
  for (const auto& layer : layers_) y = (*layer)(y);
  return y;
}

void Sequential::visit(Visitor& visitor) {
  for (size_t i = 0; i < layers_.size(); ++i) visitor.child(std::to_string(i), *layers_[i]);
}

std::string Sequential::description() const {
  return "Sequential, " + std::to_string(size()) + (size() == 1 ? " layer" : " layers");
}

std::unique_ptr<Sequential> Sequential::fold_layers() const {
  check_evaluation_mode(*this);
  auto folded = std::make_unique<Sequential>();
  for (size_t i = 0; i < layers_.size(); ++i) {
    const Module& layer = *layers_[i];
    const std::string name = std::to_string(i), next = std::to_string(i + 1);
    const auto* norm = i + 1 < layers_.size() ? dynamic_cast<const BatchNorm2d*>(layers_[i + 1].get()) : nullptr;
    std::unique_ptr<Module> made;
    if (norm != nullptr) {
      const FixedBatchNorm fixed = fold_piece(next, [&] { return norm->fixed(); });
      made = fold_piece(name, [&] { return layer.fold_with_norm(fixed); });
      if (made) ++i;
    }
    if (!made) made = fold_piece(name, [&] { return layer.fold(); });
    if (!made->is_identity()) folded->append(std::move(made));
  }
  folded->eval();
  return folded;
}

size_t Sequential::checked(int64_t index) const {
  check(index >= 0 && index < size(), "Sequential: no layer ", index, " among ", size(), " layers; numbered from 0");
  return static_cast<size_t>(index);
}

}  // namespace onefold
