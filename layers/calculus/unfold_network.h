#pragma once

#include <memory>

#include "layers/models/plain_vgg.h"
#include "layers/models/repvgg.h"

namespace onefold {

/// The inverse of folding a network: gives every block of `unfolded`, a network of RepVggBlocks of the same size, the
/// state that unfold() computes from the folded block and its inputs for `images`. Throws Error if blocks are of
/// another kind, or if a whitening layer was trained after folding.
void unfold_network(PlainVgg& folded, const Tensor& images, RepVgg& unfolded);

}  // namespace onefold
