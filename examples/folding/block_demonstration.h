#pragma once

#include <string>
#include <vector>

#include "examples/folding/fold_record.h"
#include "layers/calculus/explain.h"

namespace onefold {

/// The largest |a - b| of two maps [N, P, Q, K]: at their outermost pixels, where the kernel sees padding, and
/// elsewhere. Half of the classic mistakes show at the border alone. NaN on either side gives NaN.
struct MapDifference {
  double interior = 0;
  double border = 0;
};
MapDifference map_difference(const Tensor& a, const Tensor& b);

/// A kernel to look at.
PicturedKernel picture_of(const NamedKernel& named);

/// What each branch of a block contributes to the folded kernel, by the sum of |k| once all kernels are of one size, in
/// the steps of the block's fold.
std::vector<BranchShare> branch_shares(const std::vector<FoldStep>& steps);

/// The counts of a step, without differences.
FoldRow fold_row(const FoldStep& step);

/// Folds a block, in evaluation mode, step by step, and compares what each step makes of x with what the trained block
/// does. What the record says of it but its times.
FoldedBlockRow demonstrate_block(const std::string& name, Module& block, const Tensor& x);

}  // namespace onefold
