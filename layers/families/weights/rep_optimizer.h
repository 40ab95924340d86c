#pragma once

#include <string>
#include <vector>

#include "autograd/optim/optimizer.h"
#include "layers/conv2d.h"

namespace onefold {

/// The constant scales of the three-branch block s3 conv3x3(x) + s1 conv1x1(x) + d x whose training RepOptimizer
/// imitates. The paper finds s3 and s1 by briefly training the block with learned scales on another dataset.
struct RepOptimizerScales {
  Real s3 = 1, s1 = 1;   // initially, for every channel
  bool identity = true;  // with d, a trained value per channel, initially 1; requires stride 1, equal widths
};

/// RepOptimizer: a plain convolution that only the optimizer treats as three branches. Its kernel starts as their sum,
/// s3 W3 + s1 W1 (centre) + d (centre, own channel). Each step of the kernel is scaled so that it equals the sum of the
/// three branches' steps. For SGD the gradient's multiplier is
///
///     s3^2    + s1^2 at the centre    + 1 at the centre, from the own channel, where the identity's scale is trained
///
/// and for Adam, whose step depends only on a gradient's direction, |s3| + |s1| + 1 at the same positions. It costs as
/// much time and memory as a plain convolution. Groups and strides are as in the block.
/// Ding et al.: "Re-parameterizing Your Optimizers rather than Architectures", ICLR 2023, section 3.
/// Parameter: weight. Buffers: scale3 [out], scale1 [out].
class RepOptimizerConv2d : public Conv2d {
 public:
  /// Throws Error as Conv2d does, if the kernel is not odd, for a bias, and if the identity does not fit.
  RepOptimizerConv2d(const Conv2dOptions& options, const RepOptimizerScales& scales, Initializer& initializer);

  /// With scales of 1, and an identity branch if one fits.
  RepOptimizerConv2d(const Conv2dOptions& options, Initializer& initializer);

  void visit(Visitor& visitor) override;
  std::string description() const override;

  /// The argument of Optimizer::set_branch_scales(): each branch's scales in the kernel's shape, else zero.
  std::vector<Tensor> branch_scales() const;

 private:
  Tensor scale3_, scale1_;
  bool identity_;
};

/// Registers every RepOptimizerConv2d of the network with the optimizer. Call it once, before the first step, and again
/// after loading other scales. Throws Error if the optimizer does not update their weights.
void set_branch_scales(Module& network, Optimizer& optimizer);

}  // namespace onefold
