#pragma once

#include <cstdint>
#include <string>

#include "layers/calculus/linear_block.h"
#include "layers/fold/block_options.h"

namespace onefold {

/// relu(BN(conv) + ... + BN(conv) + BN(conv 1x1) + BN(x)): `copies` branches of the same 3x3 convolution that differ
/// only in their initial weights, a 1x1, and an identity branch if the result has the shape of x. Kernel 1 is the
/// pointwise block: its copies are 1x1, without another 1x1 branch. MobileOne alternates depthwise and pointwise
/// blocks.
/// Vasu et al.: "MobileOne: An Improved One millisecond Mobile Backbone", CVPR 2023, section 3.3.
///
/// Any stride and groups. State: conv3_0, bn3_0, conv3_1, bn3_1, ..., conv1, bn1, bn0; for a pointwise block conv1_0,
/// bn1_0, ..., bn0.
class MobileOneBlock : public LinearBlock {
 public:
  /// Twice the training cost of one convolution; the paper's smallest network, all depthwise and pointwise, uses 4.
  static constexpr int64_t kCopies = 2;

  MobileOneBlock(const BlockOptions& options, Initializer& initializer)
      : MobileOneBlock(options, 3, kCopies, initializer) {}

  /// Throws Error if groups do not divide both the input and the output channels, the kernel is not 1 or 3, or copies
  /// is below 1.
  MobileOneBlock(const BlockOptions& options, int64_t kernel, int64_t copies, Initializer& initializer);

  std::string description() const override;

 private:
  BlockOptions options_;
  int64_t kernel_;
  int64_t copies_;
};

}  // namespace onefold
