#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "examples/folding/fold_record.h"
#include "layers/calculus/linear_block.h"

namespace onefold {

// How the kernel that a block is equivalent to moves while it is trained: what lesson 16 sees.

/// A block after so many steps.
struct Moment {
  int64_t step;
  Tensor kernel;                    // of equivalent_convolution(), [R, S, C / groups, K]
  std::vector<BranchShare> shares;  // of its branches
};

/// Leaves the block in its mode. Throws FoldError as fold() does.
Moment moment(int64_t step, Module& block);

/// The root of the sum of squares.
double length(const Tensor& tensor);

/// How far moments[i].kernel is from the first one, in lengths of the first.
double distance_from_start(const std::vector<Moment>& moments, size_t i);

/// How far it is from the one before, in lengths of its own; 0 for the first.
double change_by_step(const std::vector<Moment>& moments, size_t i);

/// An SVG file: above, the first filters of the moments with these numbers; below, shares, distance from the start and
/// change over all moments.
std::string motion_picture(const std::vector<Moment>& moments, const std::vector<int64_t>& shown);

}  // namespace onefold
