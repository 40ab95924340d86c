#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "layers/module.h"

namespace onefold {

/// A chain of layers, named "0", "1", ... in a state.
///
///     Sequential net;
///     net.add<Conv2d>(Conv2dOptions{.in = 3, .out = 16, .args = conv2d_args(1, 1)}, initializer);
///     net.add<BatchNorm2d>(16);
///     net.add<Relu>();
class Sequential : public Module {
 public:
  /// Constructs a layer and appends it.
  template <class Layer, class... Args>
  Layer& add(Args&&... args) {
    auto layer = std::make_unique<Layer>(std::forward<Args>(args)...);
    Layer& made = *layer;
    append(std::move(layer));
    return made;
  }
  void append(std::unique_ptr<Module> layer);

  /// Replaces `count` layers, starting with number `first`, by one layer. Throws Error if the range exceeds the layers.
  void replace(int64_t first, int64_t count, std::unique_ptr<Module> layer);

  int64_t size() const { return static_cast<int64_t>(layers_.size()); }

  /// The layer at an index. Throws Error if the index is out of range.
  Module& operator[](int64_t index) { return *layers_[checked(index)]; }
  const Module& operator[](int64_t index) const { return *layers_[checked(index)]; }

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;

  /// Folds the layers one by one. A batch norm after a convolution, or after a layer that folds to one, is folded into
  /// it. Layers that do nothing in evaluation mode are omitted, so the layers after them get smaller numbers.
  std::unique_ptr<Module> fold() const override { return fold_layers(); }
  std::unique_ptr<Sequential> fold_layers() const;

 private:
  size_t checked(int64_t index) const;

  std::vector<std::unique_ptr<Module>> layers_;
};

}  // namespace onefold
