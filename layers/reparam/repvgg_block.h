#pragma once

#include <string>

#include "layers/reparam/block_options.h"
#include "layers/reparam/linear_block.h"

namespace onefold {

/// relu(BN(conv 3x3) + BN(conv 1x1) + BN(x)), the last only where the result has x's shape: stride 1 and in == out.
/// Ding et al.: "RepVGG: Making VGG-style ConvNets Great Again", CVPR 2021, section 3.2.
///
/// [N, H, W, in] -> [N, ceil(H / stride), ceil(W / stride), out]. In evaluation all of it but the ReLU is linear, and
/// so it folds to one 3x3 convolution. State: conv3, bn3; with a 1x1 branch conv1, bn1; with an identity branch bn0.
class RepVggBlock : public LinearBlock {
 public:
  /// Throws Error for groups that do not divide both numbers of channels.
  RepVggBlock(const BlockOptions& options, Initializer& initializer);

  /// The paper's block.
  RepVggBlock(int64_t in, int64_t out, int64_t stride, Initializer& initializer, int64_t groups = 1);

  std::string description() const override;

  bool has_pointwise() const { return options_.pointwise; }
  bool has_identity() const { return options_.keeps_shape(); }

  /// The 3x3 convolution's stride, padding and groups, which the folded one has too.
  Conv2dArgs args() const { return conv2d_args(options_.stride, 1, options_.groups); }

 private:
  BlockOptions options_;
};

}  // namespace onefold
