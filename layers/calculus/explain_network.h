#pragma once

#include <vector>

#include "layers/calculus/explain.h"
#include "layers/models/repvgg.h"

namespace onefold {

/// The fold of a whole network, each step in all blocks at once. The steps' kernels are empty (a block's own steps have
/// them), their counts are of the network, and they compute logits.
std::vector<FoldStep> explain_fold(RepVgg& network);

}  // namespace onefold
