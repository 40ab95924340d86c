#pragma once

#include <string>

#include "layers/fold/block_options.h"
#include "layers/calculus/linear_block.h"

namespace onefold {

/// relu(BN(3x3) + BN(1x1) + BN(3x3(BN(1x1))) + BN(average(BN(1x1)))): branches of other extents and depths, as
/// Inception has them. The map between two convolutions has a border of what its batch norm makes of zero, so that the
/// chain computes on the border, too, what a single padded convolution does.
/// Ding et al.: "Diverse Branch Block: Building a Convolution as an Inception-like Unit", CVPR 2021, section 3.3.
///
/// Any stride and groups. The 1x1 before the 3x3 keeps the channels and begins as the identity. A depthwise block has
/// no 1x1 branch and no 1x1 before the average, which would be but another scale, and twice the channels before the
/// second 3x3, as in the authors' code. State: conv3, bn3; conv1, bn1; chain_conv1, chain_pad.bn, chain_conv3,
/// chain_bn; pool_conv1, pool_pad.bn, pool_bn.
class DiverseBranchBlock : public LinearBlock {
 public:
  /// Throws Error for groups that do not divide both numbers of channels.
  DiverseBranchBlock(const BlockOptions& options, Initializer& initializer);

  std::string description() const override { return "DiverseBranchBlock " + options_.text(); }

 private:
  void add_chain(Initializer& initializer);
  void add_pool(Initializer& initializer);

  BlockOptions options_;
};

}  // namespace onefold
