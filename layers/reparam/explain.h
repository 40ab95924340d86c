#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "layers/reparam/repvgg_block.h"

namespace onefold {

struct NamedKernel {
  std::string name;  // "3x3", "1x1", "identity", "sum", "folded"
  Kernel kernel;
};

/// One step of a fold: what was rewritten, what stands afterwards, and a way to run it.
struct FoldStep {
  std::string title;                 // "batch norm into the 3x3 convolution"
  std::vector<NamedKernel> kernels;  // the branches that are convolutions now, rounded to Real; no bias before folding
  int64_t parameters = 0;
  int64_t convolutions = 0;
  int64_t batch_norms = 0;
  int64_t additions = 0;
  std::function<Tensor(const Tensor& x)> compute;  // the partly folded block, ReLU included
};

/// The fold of a block one rewrite at a time, six steps:
///
///     0 the trained block   1 batch norm into the 3x3   2 batch norm into the 1x1, padded to 3x3
///     3 the identity's batch norm as a 3x3 kernel       4 kernels and biases added   5 the module that fold() makes
///
/// Each step computes what step 0 does, up to rounding. The steps hold copies, so they stay valid when the block trains
/// on. A block without a 1x1 or an identity branch has step 2 or 3 too, which changes nothing and says so. Throws as
/// fold() does.
std::vector<FoldStep> explain_fold(const RepVggBlock& block);

}  // namespace onefold
