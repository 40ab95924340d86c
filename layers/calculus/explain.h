#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "layers/calculus/linear_block.h"

namespace onefold {

struct NamedKernel {
  std::string name;  // "3x3", "1x1", "identity", "sum", "folded"
  Kernel kernel;
};

/// One step of a fold: what was rewritten, what stands afterwards, and a way to run it.
struct FoldStep {
  std::string title;                 // "batch norm into the 3x3 convolution"
  std::vector<NamedKernel> before;   // the pieces that this step rewrote, each as a convolution, in their order
  std::vector<NamedKernel> after;    // and the one that it made of them; both empty in the first and the last step
  std::vector<NamedKernel> kernels;  // the branches that are convolutions now, rounded to Real; no bias before folding
  int64_t parameters = 0;
  int64_t convolutions = 0;
  int64_t batch_norms = 0;
  int64_t additions = 0;
  std::function<Tensor(const Tensor& x)> compute;  // the partly folded block, activation included
};

/// What a form computes, piece by piece, each as its layer does.
std::function<Tensor(const Tensor& x)> computation(const LinearForm& form);

/// The fold of a block one rewrite at a time. The first step is the trained block; then each branch becomes a
/// convolution of the window that all have in common, in as many steps as it has pieces to join; then the kernels are
/// added; the last step is the module that fold() makes. Of a RepVGG block, six:
///
///     0 the trained block   1 batch norm into the 3x3   2 batch norm into the 1x1, padded to 3x3
///     3 the identity's batch norm as a 3x3 kernel       4 kernels and biases added   5 branches gone
///
/// Each step computes what step 0 does, up to rounding. The steps hold copies, so they stay valid when the block trains
/// on. What a block does not have has no step. Throws as fold() does, and for a module that is not linear before its
/// activation.
std::vector<FoldStep> explain_fold(Module& block);

/// The step in which each branch is a single convolution, all of one size, but not added up yet: what the branches'
/// shares are seen from. Of a block with one branch, the step before the last.
const FoldStep& step_of_branches(const std::vector<FoldStep>& steps);

/// The last step that added branches up, wherever in the block: they are its `before`, their sum its `after`. Of nested
/// sums that is the outermost; of a block of one branch, null.
const FoldStep* step_of_sum(const std::vector<FoldStep>& steps);

}  // namespace onefold
