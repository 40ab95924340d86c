#pragma once

#include <string>

#include "layers/calculus/linear_block.h"
#include "layers/fold/block_options.h"

namespace onefold {

/// relu(BN(3x3) + BN(1x1) + BN(3x3(BN(1x1))) + BN(average(BN(1x1)))): branches of different sizes and depths, as in
/// Inception. The feature map between two convolutions is padded with its batch norm's output for zero, so that the
/// chain is equal to a single padded convolution at the border too.
/// Ding et al.: "Diverse Branch Block: Building a Convolution as an Inception-like Unit", CVPR 2021, section 3.3.
///
/// Any stride and groups. The 1x1 before the 3x3 keeps the channels and starts as the identity. As in the authors'
/// code, a depthwise block has no 1x1 branch and no 1x1 before the average, each of which would only be another scale,
/// and twice the channels before the second 3x3. State: conv3, bn3; conv1, bn1; chain_conv1, chain_pad.bn, chain_conv3,
/// chain_bn; pool_conv1, pool_pad.bn, pool_bn.
class DiverseBranchBlock : public LinearBlock {
 public:
  /// Throws Error if groups do not divide both the input and the output channels.
  DiverseBranchBlock(const BlockOptions& options, Initializer& initializer);

  std::string description() const override { return "DiverseBranchBlock " + options_.text(); }

 private:
  void add_chain(Initializer& initializer);
  void add_pool(Initializer& initializer);

  BlockOptions options_;
};

}  // namespace onefold
