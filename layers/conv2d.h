#pragma once

#include <memory>
#include <string>

#include "core/conv/conv2d.h"
#include "layers/fold/kernel.h"
#include "layers/initializer.h"
#include "layers/module.h"

namespace onefold {

struct Conv2dOptions {
  int64_t in = 0;   // channels
  int64_t out = 0;  // channels
  int64_t kernel_h = 3, kernel_w = 3;
  Conv2dArgs args = {};
  bool bias = false;  // not needed before a batch norm, which has its own
  FirstWeights first = FirstWeights::he_normal;
};

/// The weight's shape, [R, S, in / groups, out]. Throws Error, starting with `layer`, if channels or kernel sizes are
/// below 1 or groups do not divide both the input and the output channels.
Shape weight_shape(const Conv2dOptions& options, const std::string& layer);

/// Convolution of images [N, H, W, in] to [N, P, Q, out]. Parameters: weight [R, S, in / groups, out], initialised as
/// `first` says, by default He normal from fan-in; and, if `bias` is set, bias [out], initially zero. Folds to a copy
/// of itself. When no gradient is recorded, forward() keeps the packed weights for the next call, so call it from one
/// thread at a time.
class Conv2d : public Module {
 public:
  /// Throws Error if channels or kernel sizes are below 1 or groups do not divide both the input and output channels.
  Conv2d(const Conv2dOptions& options, Initializer& initializer);

  /// From existing weights: weight [R, S, in / groups, out], and bias [out] or undefined.
  Conv2d(const Kernel& kernel, const Conv2dArgs& args);

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;
  std::unique_ptr<Module> fold_with_norm(const FixedBatchNorm& norm) const override;

  int64_t in_channels() const { return weight_.shape()[2] * args_.groups; }

  /// activation(forward(x)) in one op.
  Variable forward_with(const Variable& x, Activation activation);

  const Variable& weight() const { return weight_; }
  const Variable& bias() const { return bias_; }  // undefined without one
  const Conv2dArgs& args() const { return args_; }

  /// Weight and bias as a fold uses them. Throws FoldError if a value is NaN or infinite.
  Kernel kernel() const;

 private:
  PackedWeights packed_;  // reused while no gradient is recorded
  Variable weight_;
  Variable bias_;
  Conv2dArgs args_;
};

/// A convolution in words: "3x3, 16 -> 32, stride 2, padding 1". Default values are omitted.
std::string conv2d_text(const Shape& weight, const Conv2dArgs& args);

}  // namespace onefold
