#pragma once

#include <memory>

#include "layers/models/plain_vgg.h"
#include "layers/models/repvgg.h"

namespace onefold {

/// The way back from a folded network: gives every block of `unfolded`, a network of RepVggBlocks of the same size, the
/// state that unfold() makes from the folded one and from what reaches it of `images`. Throws Error for blocks of
/// another kind, and for a whitening that was trained on after folding.
void unfold_network(PlainVgg& folded, const Tensor& images, RepVgg& unfolded);

}  // namespace onefold
