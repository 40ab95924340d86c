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

/// One step of a fold: what was rewritten, the result, and a function that runs it.
struct FoldStep {
  std::string title;                 // "batch norm into the 3x3 convolution"
  std::vector<NamedKernel> before;   // the pieces that this step rewrote, each as a convolution, in order
  std::vector<NamedKernel> after;    // what it rewrote them to; both are empty in the first and the last step
  std::vector<NamedKernel> kernels;  // branches that are convolutions now, rounded to Real; no bias before folding
  int64_t parameters = 0;
  int64_t convolutions = 0;
  int64_t batch_norms = 0;
  int64_t additions = 0;
  bool adds = false;                               // whether this step added the branches of a sum
  std::function<Tensor(const Tensor& x)> compute;  // the partly folded block, activation included
};

/// A function that computes a form piece by piece, each as its layer does.
std::function<Tensor(const Tensor& x)> computation(const LinearForm& form);

/// The fold of a block, one rewrite at a time. The first step is the trained block. Then each branch becomes a
/// convolution with the window that all branches share, in one step per piece to join. Then the kernels are added. The
/// last step is the module that fold() returns. A RepVGG block has six steps:
///
///     0 the trained block   1 batch norm into the 3x3   2 batch norm into the 1x1, padded to 3x3
///     3 the identity's batch norm as a 3x3 kernel       4 kernels and biases added   5 branches gone
///
/// Each step computes the same as step 0, up to rounding. The steps hold copies, so they stay valid if the block is
/// trained further. Steps that a block does not need are omitted. Throws as fold() does, and if a module is not linear
/// before its activation.
std::vector<FoldStep> explain_fold(Module& block);

/// The step in which each branch is a single convolution of the common size, before they are added: the one that shows
/// each branch's contribution. For a block with one branch, the step before the last.
const FoldStep& step_of_branches(const std::vector<FoldStep>& steps);

/// The last step that added branches, anywhere in the block: its `before` are the branches, its `after` their sum. For
/// nested sums it is the outermost; null for a block with one branch.
const FoldStep* step_of_sum(const std::vector<FoldStep>& steps);

}  // namespace onefold
