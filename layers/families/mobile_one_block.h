#pragma once

#include <cstdint>
#include <string>

#include "layers/fold/block_options.h"
#include "layers/calculus/linear_block.h"

namespace onefold {

/// relu(BN(conv) + ... + BN(conv) + BN(conv 1x1) + BN(x)): `copies` branches of the same 3x3 convolution, which differ
/// by their first weights alone, a 1x1, and x itself where the result has its shape. A kernel of 1 is the pointwise
/// block: its copies are 1x1, and there is no other 1x1. A MobileOne alternates depthwise blocks and pointwise ones.
/// Vasu et al.: "MobileOne: An Improved One millisecond Mobile Backbone", CVPR 2023, section 3.3.
///
/// Any stride and groups. State: conv3_0, bn3_0, conv3_1, bn3_1, ..., conv1, bn1, bn0; pointwise conv1_0, bn1_0, ...,
/// bn0.
class MobileOneBlock : public LinearBlock {
 public:
  /// Twice the work of one convolution in training; the paper's smallest network, all depthwise and pointwise, has 4.
  static constexpr int64_t kCopies = 2;

  MobileOneBlock(const BlockOptions& options, Initializer& initializer)
      : MobileOneBlock(options, 3, kCopies, initializer) {}

  /// Throws Error for groups that do not divide both numbers of channels, a kernel that is not 1 or 3, and copies below
  /// 1.
  MobileOneBlock(const BlockOptions& options, int64_t kernel, int64_t copies, Initializer& initializer);

  std::string description() const override;

 private:
  BlockOptions options_;
  int64_t kernel_;
  int64_t copies_;
};

}  // namespace onefold
