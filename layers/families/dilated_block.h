#pragma once

#include <cstdint>
#include <string>

#include "layers/calculus/linear_block.h"
#include "layers/fold/block_options.h"

namespace onefold {

/// relu(BN(conv K x K) + BN(small conv) + BN(dilated small conv) + ...), depthwise: a large kernel, and parallel small
/// kernels with increasing dilation, up to the large one's extent. Each is equivalent to a large, mostly zero kernel.
/// Ding et al.: "UniRepLKNet: A Universal Perception Large-Kernel ConvNet", CVPR 2024, section 3.1, Dilated Reparam
/// Block.
///
/// The paper has no activation here; options may request one. In place of a 3x3 the block has a larger receptive field,
/// since it folds to a K x K. State: convK, bnK; then conv{k}_{r}, bn{k}_{r} for each small kernel k with dilation r.
class DilatedBlock : public LinearBlock {
 public:
  /// The smallest large kernel with parallel kernels of three dilations; small feature maps need no larger one.
  static constexpr int64_t kKernel = 7;

  DilatedBlock(const BlockOptions& options, Initializer& initializer) : DilatedBlock(options, kKernel, initializer) {}

  /// kernel: 5, 7, 9, 11, 13, 15 or 17. Throws Error for any other value, and if the block is not depthwise or has a
  /// stride.
  DilatedBlock(const BlockOptions& options, int64_t kernel, Initializer& initializer);

  std::string description() const override;

 private:
  BlockOptions options_;
  int64_t kernel_;
};

}  // namespace onefold
