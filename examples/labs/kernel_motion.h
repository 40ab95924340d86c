#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "examples/folding/fold_record.h"
#include "layers/calculus/linear_block.h"

namespace onefold {

// How the equivalent kernel of a block changes during training: what lesson 16 shows.

/// A block after `step` steps.
struct Moment {
  int64_t step;
  Tensor kernel;                    // from equivalent_convolution(), [R, S, C / groups, K]
  std::vector<BranchShare> shares;  // of its branches
};

/// Leaves the block's mode unchanged. Throws FoldError as fold() does.
Moment moment(int64_t step, Module& block);

/// The square root of the sum of squares.
double length(const Tensor& tensor);

/// The distance of moments[i].kernel from the first kernel, relative to the length of the first.
double distance_from_start(const std::vector<Moment>& moments, size_t i);

/// The distance of moments[i].kernel from the one before, relative to its own length; 0 for the first.
double change_by_step(const std::vector<Moment>& moments, size_t i);

/// An SVG file: above, the first filters of the moments with the indices `shown`; below, shares, distance from the
/// start and change for all moments.
std::string motion_picture(const std::vector<Moment>& moments, const std::vector<int64_t>& shown);

}  // namespace onefold
