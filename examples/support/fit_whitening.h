#pragma once

#include "datasets/dataset.h"
#include "layers/models/repvgg.h"

namespace onefold {

/// Fits the network's whitening, where it has one, to the first 500 training images: half a million patches, for
/// covariances of 27 numbers. Call it before the first step; a network that is loaded has its whitening already.
void fit_whitening(RepVgg& network, const Dataset& train, const ChannelNormalization& normalization);

}  // namespace onefold
