#pragma once

#include <vector>

#include "core/ops/batch_norm.h"
#include "core/ops/elementwise.h"

namespace onefold {

/// One branch of a multi-branch block: batch_norm(x) with its statistics, gamma and beta.
struct NormBranch {
  Tensor x;  // [..., C]
  ChannelStatistics statistics;
  Tensor gamma, beta;  // [C]
};

/// activation(sum over branches of batch_norm(branch)) in one pass over memory.
///
/// Every multi-branch block ends like this: one branch is plain BN + ReLU, two are a residual connection, three are
/// RepVGG or ACB. Equal to the sum of batch_norm_forward over the branches followed by the activation, as a test
/// checks. All branches have the same shape.
Tensor norm_sum_forward(const std::vector<NormBranch>& branches, Activation activation, Real eps);

/// Whether the statistics are those of the branches' own x (training), and so propagate gradient, or are constants.
enum class StatisticsOf { batch, running };

/// Where a branch's dx is written: nowhere, if it is not required; to a new tensor; or to the buffer of the branch's x,
/// which the sole owner of x gives up. The last writes only to memory just read, and saves one feature map.
enum class GradientInto { nothing, new_tensor, buffer_of_x };

/// The gradients of all branches, from dy and the forward result y: one pass for all sums, one for every dx. Throws
/// Error if another tensor shares an x whose buffer is to be written.
std::vector<BatchNormGrads> norm_sum_backward(const Tensor& dy, const Tensor& y,
                                              const std::vector<NormBranch>& branches,
                                              const std::vector<GradientInto>& dx, Activation activation,
                                              StatisticsOf statistics, Real eps);

}  // namespace onefold
