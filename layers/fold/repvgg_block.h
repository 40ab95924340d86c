#pragma once

#include <memory>
#include <string>

#include "layers/batch_norm.h"
#include "layers/conv2d.h"
#include "layers/fold/block_options.h"

namespace onefold {

/// relu(BN(conv 3x3) + BN(conv 1x1) + BN(x)). The identity branch BN(x) exists only if stride == 1 and in == out.
/// Ding et al.: "RepVGG: Making VGG-style ConvNets Great Again", CVPR 2021, section 3.2.
///
/// [N, H, W, in] -> [N, ceil(H / stride), ceil(W / stride), out]. In evaluation mode everything before the ReLU is
/// linear, so the block folds to one 3x3 convolution: a ConvRelu, or a Conv2d if there is no activation. State: conv3,
/// bn3; conv1, bn1 with a 1x1 branch; bn0 with an identity branch.
class RepVggBlock : public Module {
 public:
  /// Throws Error if groups do not divide both the input and the output channels.
  RepVggBlock(const BlockOptions& options, Initializer& initializer);

  /// The paper's block.
  RepVggBlock(int64_t in, int64_t out, int64_t stride, Initializer& initializer, int64_t groups = 1);

  Variable forward(const Variable& x) override;

  /// The sum before the ReLU, computed layer by layer: the reference that forward() is tested against.
  Variable sum_by_pieces(const Variable& x);

  void visit(Visitor& visitor) override;
  std::string description() const override;

  /// Throws FoldError, naming layer and branch, in training mode and if a folded value is NaN or out of range.
  std::unique_ptr<Module> fold() const override;
  std::unique_ptr<Module> fold_with_norm(const FixedBatchNorm& norm) const override;

  /// The whole block as one kernel [3, 3, in / groups, out], to be used with args().
  DoubleKernel folded_kernel() const;

  Activation activation() const { return options_.activation; }
  bool has_pointwise() const { return conv1_ != nullptr; }
  bool has_identity() const { return bn0_ != nullptr; }

  const Conv2d& conv3() const { return conv3_; }
  const BatchNorm2d& bn3() const { return bn3_; }
  const Conv2d& conv1() const { return *conv1_; }   // if has_pointwise()
  const BatchNorm2d& bn1() const { return *bn1_; }  // if has_pointwise()
  const BatchNorm2d& bn0() const { return *bn0_; }  // if has_identity()

  /// The stride, padding and groups of the 3x3 convolution, and of the folded one.
  const Conv2dArgs& args() const { return conv3_.args(); }

 private:
  BlockOptions options_;
  Conv2d conv3_;
  BatchNorm2d bn3_;
  std::unique_ptr<Conv2d> conv1_;  // null without a 1x1 branch
  std::unique_ptr<BatchNorm2d> bn1_;
  std::unique_ptr<BatchNorm2d> bn0_;  // null without an identity branch
};

}  // namespace onefold
