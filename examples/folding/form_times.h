#pragma once

#include "examples/folding/fold_record.h"
#include "layers/models/repvgg.h"

namespace onefold {

// How long the trained and the folded form take: medians after a warm-up, alternating between the forms, so that a
// machine that slows down or speeds up affects both. All networks are in evaluation mode.

/// Times forward passes over random images for about `seconds` in total, at least five per form.
FormTimes time_forms(Module& trained, Module& folded, int64_t batch, double seconds);

/// Times each block of a network by itself, in order, on its true input for `batch` images: those of `images`, repeated
/// if there are fewer. A block takes Vgg::kSlice images at a time, as it does within the network. Takes about `seconds`
/// for all blocks, at least five passes each.
std::vector<FormTimes> time_blocks(Vgg& trained, const Tensor& images, int64_t batch, double seconds);

}  // namespace onefold
