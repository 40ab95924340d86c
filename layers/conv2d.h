#pragma once

#include <memory>
#include <string>

#include "core/conv/conv2d.h"
#include "layers/initializer.h"
#include "layers/fold/kernel.h"
#include "layers/module.h"

namespace onefold {

struct Conv2dOptions {
  int64_t in = 0;   // channels
  int64_t out = 0;  // channels
  int64_t kernel_h = 3, kernel_w = 3;
  Conv2dArgs args = {};
  bool bias = false;  // a batch norm after it brings one of its own
  FirstWeights first = FirstWeights::he_normal;
};

/// The weight's shape, [R, S, in / groups, out]. Throws Error, which begins with `layer`, for channels or a kernel
/// below 1 and for groups that do not divide both numbers of channels.
Shape weight_shape(const Conv2dOptions& options, const std::string& layer);

/// Convolution of images [N, H, W, in] to [N, P, Q, out]. Parameters: weight [R, S, in / groups, out], at the start
/// He normal from fan-in or as `first` says, and with `bias` bias [out], zero at the start. Folds to a copy of itself.
/// Without history forward() keeps the weights in packed form for the next call: call it from one thread at a time.
class Conv2d : public Module {
 public:
  /// Throws Error for channels or a kernel below 1 and for groups that do not divide both numbers of channels.
  Conv2d(const Conv2dOptions& options, Initializer& initializer);

  /// From weights at hand: [R, S, in / groups, out] and [out], or no bias.
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

  /// Weight and bias as the algebra of folding takes them. Throws FoldError for NaN or an infinite number.
  Kernel kernel() const;

 private:
  PackedWeights packed_;  // while nobody trains
  Variable weight_;
  Variable bias_;
  Conv2dArgs args_;
};

/// "3x3, 16 -> 32, stride 2, padding 1": a convolution in words, leaving out what has its usual value.
std::string conv2d_text(const Shape& weight, const Conv2dArgs& args);

}  // namespace onefold
