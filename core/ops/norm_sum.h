#pragma once

#include <vector>

#include "core/ops/elementwise.h"
#include "core/ops/batch_norm.h"

namespace onefold {

/// One summand of a multi-branch block: batch_norm(x) with its statistics and affine pair.
struct NormBranch {
  Tensor x;  // [..., C]
  ChannelStatistics statistics;
  Tensor gamma, beta;  // [C]
};

/// activation(sum over branches of batch_norm(branch)) in one pass over memory.
///
/// Every multi-branch block ends like this: one branch is plain BN + ReLU, two a residual join, three RepVGG or ACB.
/// Equal to batch_norm_forward of each branch, added up, then ReLU, which a test holds it to. All branches have one
/// shape.
Tensor norm_sum_forward(const std::vector<NormBranch>& branches, Activation activation, Real eps);

/// Whether the statistics were taken from the branches' own x (training), and so carry gradient, or are constants.
enum class StatisticsOf { batch, running };

/// Where a branch's dx goes: nowhere, since nobody needs it; into a tensor of its own; or into the buffer of the
/// branch's x, which whoever owns x alone may give away: nothing is written that was not just read, and a map less is
/// held.
enum class GradientInto { nothing, new_tensor, buffer_of_x };

/// The gradients of all branches, from dy and the forward pass's result y: one pass for every sum, one for every dx.
std::vector<BatchNormGrads> norm_sum_backward(const Tensor& dy, const Tensor& y,
                                              const std::vector<NormBranch>& branches,
                                              const std::vector<GradientInto>& dx, Activation activation,
                                              StatisticsOf statistics, Real eps);

}  // namespace onefold
