#pragma once

#include <cstdint>
#include <string>

#include "layers/fold/block_options.h"
#include "layers/calculus/linear_block.h"

namespace onefold {

/// relu(BN(conv K x K) + BN(small conv) + BN(dilated small conv) + ...), depthwise: a large kernel, and beside it small
/// ones whose elements stand ever further apart, up to the large one's extent. Each is a large kernel with many zeros.
/// Ding et al.: "UniRepLKNet: A Universal Perception Large-Kernel ConvNet", CVPR 2024, section 3.1, Dilated Reparam
/// Block.
///
/// The paper has no activation here; options may ask for one. In place of a 3x3 it sees more of the map than that did:
/// it folds to a K x K. State: convK, bnK; then for each small kernel k of dilation r conv{k}_{r}, bn{k}_{r}.
class DilatedBlock : public LinearBlock {
 public:
  /// The smallest large one that has a kernel of each of three dilations beside it; small maps need no larger.
  static constexpr int64_t kKernel = 7;

  DilatedBlock(const BlockOptions& options, Initializer& initializer) : DilatedBlock(options, kKernel, initializer) {}

  /// kernel: 5, 7, 9, 11, 13, 15 or 17. Throws Error for another, and for a block that is not depthwise or has a
  /// stride.
  DilatedBlock(const BlockOptions& options, int64_t kernel, Initializer& initializer);

  std::string description() const override;

 private:
  BlockOptions options_;
  int64_t kernel_;
};

}  // namespace onefold
