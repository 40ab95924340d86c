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

// Folds that are wrong on purpose, for study: each makes one classic mistake, and everything else right. The right
// folds are in layers/fold/kernel.h.

/// A branch of a RepVGG block in evaluation mode, taken apart for a fold by hand.
struct PlainBranch {
  std::string name;                    // "3x3", "1x1", "identity"
  std::optional<DoubleKernel> kernel;  // nothing for the identity
  FixedBatchNorm norm;
};
std::vector<PlainBranch> plain_branches(const RepVggBlock& block);

/// The right fold of one branch, to a 3x3 kernel with padding 1.
DoubleKernel fold_plain_branch(const PlainBranch& branch, int64_t groups);

/// RepVGG's convolutions have no bias, since the batch norm that follows would remove it. So this adds a bias as
/// PyTorch initialises it, uniform in +-1 / sqrt(R S C), and shifts the mean of the batch norm accordingly: the branch
/// computes the same as before.
PlainBranch with_own_bias(PlainBranch branch);

/// The right fold of a block, for comparison.
DoubleKernel fold_right(const RepVggBlock& block);

// -- Mistakes in a single piece

/// fold_batch_norm() that treats the convolution as one without bias: bias' = beta - t mean.
DoubleKernel fold_without_own_bias(const DoubleKernel& kernel, const FixedBatchNorm& norm);

/// identity_kernel() with a 1 where i = o, although i counts within the group: right for one group only.
DoubleKernel global_identity_kernel(int64_t channels, int64_t groups, int64_t rows, int64_t columns);

/// pad_kernel() that adds zeros only to the right and below. At stride 2 it is what a 1x1 with padding 1 sees: pixel
/// 2 p - 1, where the 3x3 branch is centred at 2 p.
DoubleKernel pad_kernel_from_corner(const DoubleKernel& kernel, int64_t rows, int64_t columns);

/// avg_pool2d_forward() that divides by the number of pixels inside the image, not by the size of the window, as
/// PyTorch does with count_include_pad = false: on the border this is not a convolution.
Tensor average_of_pixels_inside(const Tensor& x, const Pool2dArgs& args);

// -- Mistakes in the fold of a block. `x` is its input; only fold_by_batch_statistics() uses it.

/// A fold of a RepVGG block in evaluation mode to a 3x3 kernel with padding 1.
using BlockFold = std::function<DoubleKernel(const RepVggBlock& block, const Tensor& x)>;

/// Only the folded weight: beta - t mean of all branches is left out.
DoubleKernel fold_without_bias(const RepVggBlock& block, const Tensor& x);

/// With fold_without_own_bias() in every branch that has a convolution, after with_own_bias().
DoubleKernel fold_without_own_biases(const RepVggBlock& block, const Tensor& x);

/// With eps = 1e-3, the default of TensorFlow's layers, instead of the block's own eps.
DoubleKernel fold_with_other_eps(const RepVggBlock& block, const Tensor& x);

/// With the mean and variance of this batch, as a batch norm in training mode uses them.
DoubleKernel fold_by_batch_statistics(const RepVggBlock& block, const Tensor& x);

/// With mean 0 and variance 1, as if only the parameters of a state had been loaded, and not its buffers.
DoubleKernel fold_with_fresh_statistics(const RepVggBlock& block, const Tensor& x);

/// At stride 2 with pad_kernel_from_corner() for the 1x1; right at stride 1.
DoubleKernel fold_with_shifted_pointwise(const RepVggBlock& block, const Tensor& x);

/// With global_identity_kernel() for the identity.
DoubleKernel fold_with_global_identity(const RepVggBlock& block, const Tensor& x);

/// Without the branch of that name; right for a block that does not have it.
BlockFold fold_without_branch(const std::string& name);

}  // namespace onefold
