#pragma once

#include <string>
#include <vector>

#include "autograd/optim/optimizer.h"
#include "layers/conv2d.h"

namespace onefold {

/// The constant scales of the three-branch block s3 conv3x3(x) + s1 conv1x1(x) + d x whose training RepOptimizer
/// copies. The paper finds s3 and s1 by a short training of the block in which they are learned, on another dataset.
struct RepOptimizerScales {
  Real s3 = 1, s1 = 1;   // of every channel at the start
  bool identity = true;  // whether there is d, a trained number a channel, 1 at the start; needs stride 1, equal widths
};

/// RepOptimizer: a plain convolution of which only the optimizer knows that it stands for three branches. Its kernel
/// begins as their sum, s3 W3 + s1 W1 (centre) + d (centre, own channel); and a step of its kernel is multiplied so
/// that it is the sum of the three steps. For SGD the gradient's multiplier is
///
///     s3^2    + s1^2 at the centre    + 1 at the centre, from the own channel, where the identity's scale is trained
///
/// and for Adam, whose step only knows a gradient's direction, it is |s3| + |s1| + 1 in the same places. In use it
/// costs what a plain convolution costs, in time and in memory. Groups and strides are as in the block.
/// Ding et al.: "Re-parameterizing Your Optimizers rather than Architectures", ICLR 2023, section 3.
/// Parameter: weight. Buffers: scale3 [out], scale1 [out].
class RepOptimizerConv2d : public Conv2d {
 public:
  /// Throws Error as Conv2d does, for a kernel that is not odd, for a bias, and for an identity that does not fit.
  RepOptimizerConv2d(const Conv2dOptions& options, const RepOptimizerScales& scales, Initializer& initializer);

  /// With scales of 1, and an identity where one fits.
  RepOptimizerConv2d(const Conv2dOptions& options, Initializer& initializer);

  void visit(Visitor& visitor) override;
  std::string description() const override;

  /// What Optimizer::set_branch_scales() takes: each branch's scales in the kernel's shape, zero where it has no say.
  std::vector<Tensor> branch_scales() const;

 private:
  Tensor scale3_, scale1_;
  bool identity_;
};

/// Tells the optimizer of every RepOptimizerConv2d in the network. Call once, before the first step, and again where
/// other scales were loaded. Throws Error where it is not the one that moves their weights.
void set_branch_scales(Module& network, Optimizer& optimizer);

}  // namespace onefold
