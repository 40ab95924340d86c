#pragma once

#include <memory>
#include <string>

#include "layers/calculus/linear_piece.h"
#include "layers/conv2d.h"

namespace onefold {

/// A convolution whose kernel is computed from parameters, by ops, on every use. It re-parameterizes the weights rather
/// than the structure (DO-Conv, ExpandNet, DiracNet, OREPA). A subclass defines the computation in kernel() and lists
/// its parameters in visit(); gradients reach them through the graph. Folds to a Conv2d with the current kernel.
class ComposedConv2d : public LinearPiece {
 public:
  /// Throws Error if groups do not divide the channels.
  ComposedConv2d(int64_t in, const Conv2dArgs& args);

  /// [R, S, in / groups, out], part of the graph if history is recorded.
  virtual Variable kernel() const = 0;

  /// [out], or undefined if there is no bias.
  virtual Variable bias() const { return {}; }

  Variable forward(const Variable& x) override;
  std::unique_ptr<Module> fold() const override;
  std::unique_ptr<Module> fold_with_norm(const FixedBatchNorm& norm) const override;

  int64_t in_channels() const override { return in_; }
  LinearForm linear(int64_t channels) const override;
  std::optional<PlainConvolution> plain_convolution() const override;

  const Conv2dArgs& args() const { return args_; }

 private:
  Kernel kernel_of_now() const;

  int64_t in_;
  Conv2dArgs args_;
};

}  // namespace onefold
