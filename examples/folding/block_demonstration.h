#pragma once

#include <string>
#include <vector>

#include "examples/folding/fold_record.h"
#include "layers/calculus/explain.h"

namespace onefold {

/// The maximum |a - b| of two feature maps [N, P, Q, K]: at the outermost pixels, where the kernel sees padding, and
/// elsewhere. Half of the classic mistakes show only at the border. NaN on either side gives NaN.
struct MapDifference {
  double interior = 0;
  double border = 0;
};
MapDifference map_difference(const Tensor& a, const Tensor& b);

/// The kernel, prepared for a picture.
PicturedKernel picture_of(const NamedKernel& named);

/// What each branch of a block contributes to the folded kernel: its share of the sum of |k|, at the step of the fold
/// where all kernels have the same size.
std::vector<BranchShare> branch_shares(const std::vector<FoldStep>& steps);

/// The counts of a step, without the differences.
FoldRow fold_row(const FoldStep& step);

/// Folds a block in evaluation mode step by step, and compares the output of each step for x with that of the trained
/// block. Fills in the block's row of the record, except for the times.
FoldedBlockRow demonstrate_block(const std::string& name, Module& block, const Tensor& x);

}  // namespace onefold
