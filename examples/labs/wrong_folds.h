#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/annex/window_pooling.h"
#include "core/ops/pooling.h"
#include "layers/fold/kernel.h"
#include "layers/fold/repvgg_block.h"

namespace onefold {

// Folds that are wrong on purpose, to be looked at: each is the classic mistake alone, everything else about it right.
// The right ones are in layers/fold/kernel.h.

/// A branch of a RepVGG block in evaluation mode, taken apart for a fold by hand.
struct PlainBranch {
  std::string name;                    // "3x3", "1x1", "identity"
  std::optional<DoubleKernel> kernel;  // none: the identity
  FixedBatchNorm norm;
};
std::vector<PlainBranch> plain_branches(const RepVggBlock& block);

/// The right fold of one branch, to a 3x3 kernel with padding 1.
DoubleKernel fold_plain_branch(const PlainBranch& branch, int64_t groups);

/// RepVGG's convolutions have no bias, for the batch norm behind takes it away. So this gives one the bias that PyTorch
/// begins with, uniform in +-1 / sqrt(R S C), and the batch norm the mean that it then has: what the branch computes
/// stays.
PlainBranch with_own_bias(PlainBranch branch);

/// The right fold of a block, to compare with.
DoubleKernel fold_right(const RepVggBlock& block);

// -- Mistakes in a single piece

/// fold_batch_norm() that takes the convolution for one without bias: bias' = beta - t mean.
DoubleKernel fold_without_own_bias(const DoubleKernel& kernel, const FixedBatchNorm& norm);

/// identity_kernel() with a one where i = o, although i counts within the group: right for one group only.
DoubleKernel global_identity_kernel(int64_t channels, int64_t groups, int64_t rows, int64_t columns);

/// pad_kernel() that adds zeros to the right and below alone. At stride 2 it is what a 1x1 with padding 1 sees: pixel
/// 2 p - 1 where the 3x3 beside it is centred at 2 p.
DoubleKernel pad_kernel_from_corner(const DoubleKernel& kernel, int64_t rows, int64_t columns);

/// avg_pool2d_forward() that divides by the pixels of the image in the window and not by the whole window, as PyTorch
/// does with count_include_pad = false: no convolution on the border.
Tensor average_of_pixels_inside(const Tensor& x, const Pool2dArgs& args);

// -- Mistakes in the fold of a block. `x` is what reaches it; only fold_by_batch_statistics() looks at it.

/// A fold of a RepVGG block in evaluation mode to a 3x3 kernel with padding 1.
using BlockFold = std::function<DoubleKernel(const RepVggBlock& block, const Tensor& x)>;

/// The folded weight alone: beta - t mean of all branches is left out.
DoubleKernel fold_without_bias(const RepVggBlock& block, const Tensor& x);

/// As fold_without_own_bias() in every branch with a convolution, after with_own_bias().
DoubleKernel fold_without_own_biases(const RepVggBlock& block, const Tensor& x);

/// With 1e-3, as TensorFlow's layers have it, and not with the block's own eps.
DoubleKernel fold_with_other_eps(const RepVggBlock& block, const Tensor& x);

/// With the mean and variance of this batch, which a batch norm in training mode normalises by.
DoubleKernel fold_by_batch_statistics(const RepVggBlock& block, const Tensor& x);

/// With mean 0 and variance 1: from a state of which the parameters were loaded and the buffers were not.
DoubleKernel fold_with_fresh_statistics(const RepVggBlock& block, const Tensor& x);

/// At stride 2, with the 1x1 by pad_kernel_from_corner(); right at stride 1.
DoubleKernel fold_with_shifted_pointwise(const RepVggBlock& block, const Tensor& x);

/// With the identity by global_identity_kernel().
DoubleKernel fold_with_global_identity(const RepVggBlock& block, const Tensor& x);

/// Without the branch of that name; right for a block that has none.
BlockFold fold_without_branch(const std::string& name);

}  // namespace onefold
