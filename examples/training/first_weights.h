#pragma once

#include "datasets/dataset.h"
#include "layers/models/vgg.h"

namespace onefold {

/// The first 500 training images, normalised, in one batch: what the first weights of a network are fitted to.
Tensor first_batch(const Dataset& train, const ChannelNormalization& normalization);

/// Fits the network's whitening, where it has one, to first_batch(): half a million patches, for covariances of 27
/// numbers. Call it before the first step; a network that is loaded has its whitening already.
void fit_whitening(Vgg& network, const Dataset& train, const ChannelNormalization& normalization);

}  // namespace onefold
