#pragma once

#include "examples/folding/fold_record.h"
#include "layers/models/repvgg.h"

namespace onefold {

// How long the trained and the folded form take: medians after a warm-up, both forms in turns, so that a machine that
// slows down or speeds up does so for both. All networks are in evaluation mode.

/// One pass over random images, in about `seconds` in all, but at least five times.
FormTimes time_forms(Vgg& trained, Vgg& folded, int64_t batch, double seconds);

/// Each of a network's blocks by itself, in the network's order, on what reaches it of `batch` images: of `images`,
/// beginning again where there are not as many. A block takes Vgg::kSlice images at a time, as it does within the
/// network. In about `seconds` for all blocks, but at least five times each.
std::vector<FormTimes> time_blocks(RepVgg& trained, const Tensor& images, int64_t batch, double seconds);

}  // namespace onefold
