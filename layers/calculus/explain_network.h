#pragma once

#include <vector>

#include "layers/calculus/explain.h"
#include "layers/models/repvgg.h"

namespace onefold {

/// The fold of a whole network, with each step applied to all blocks at once. The steps' kernels are empty (see the
/// steps of each block), their counts are of the network, and they compute logits.
std::vector<FoldStep> explain_fold(Vgg& network);

}  // namespace onefold
