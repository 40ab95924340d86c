#pragma once

#include <string>
#include <vector>

#include "layers/module.h"

namespace onefold {

/// A branch of a block, and the last of its layers: what multiplies that layer's parameters multiplies the branch.
struct WeightedBranch {
  std::string name;   // "3x3"
  std::string layer;  // its name in the block's state, "bn3"; empty if nothing in it is trained: x as it is
};

/// The branches of a block in evaluation mode: of its outermost sum of several. A block without one has one branch.
std::vector<WeightedBranch> weighted_branches(Module& block);

/// Multiplies each branch by its weight. Throws Error unless there is a weight for each branch. A weight of a branch in
/// which nothing is trained is not used.
void weigh_branches(Module& block, const std::vector<double>& weights);

}  // namespace onefold
