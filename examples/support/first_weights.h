#pragma once

#include <filesystem>

#include "datasets/dataset.h"
#include "examples/support/networks.h"

namespace onefold {

/// Fits the network's whitening, where it has one, to the first 500 training images: half a million patches, for
/// covariances of 27 numbers. Call it before the first step; a network that is loaded has its whitening already.
void fit_whitening(RepVgg& network, const Dataset& train, const ChannelNormalization& normalization);

/// A saved network to train on from, in training form: a folded one is unfolded into RepVGG blocks, with the statistics
/// of the first 500 training images. Throws Error, naming `file`, where the images are of other classes or a number is
/// not finite or a variance negative, and where the network cannot be unfolded.
SavedNetwork to_fine_tune(SavedNetwork saved, const std::filesystem::path& file, const Dataset& train);

}  // namespace onefold
