#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "layers/module.h"

namespace onefold {

/// Layers one after the other, named "0", "1", ... in a state.
///
///     Sequential net;
///     net.add<Conv2d>(Conv2dOptions{.in = 3, .out = 16, .args = conv2d_args(1, 1)}, initializer);
///     net.add<BatchNorm2d>(16);
///     net.add<Relu>();
class Sequential : public Module {
 public:
  /// Makes a layer at the end.
  template <class Layer, class... Args>
  Layer& add(Args&&... args) {
    auto layer = std::make_unique<Layer>(std::forward<Args>(args)...);
    Layer& made = *layer;
    append(std::move(layer));
    return made;
  }
  void append(std::unique_ptr<Module> layer);

  /// Puts one layer in the place of `count` layers from number `first` on. Throws Error where there are not as many.
  void replace(int64_t first, int64_t count, std::unique_ptr<Module> layer);

  int64_t size() const { return static_cast<int64_t>(layers_.size()); }

  /// A layer by its number; throws Error where there is none.
  Module& operator[](int64_t index) { return *layers_[checked(index)]; }
  const Module& operator[](int64_t index) const { return *layers_[checked(index)]; }

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;

  /// The layers folded one by one, each batch norm that follows a convolution, or what folds to one, folded into it,
  /// and those layers left out that do nothing in evaluation: so the layers after them have smaller numbers.
  std::unique_ptr<Module> fold() const override { return fold_layers(); }
  std::unique_ptr<Sequential> fold_layers() const;

 private:
  size_t checked(int64_t index) const;

  std::vector<std::unique_ptr<Module>> layers_;
};

}  // namespace onefold
