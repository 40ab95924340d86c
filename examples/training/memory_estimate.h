#pragma once

#include <cstdint>

#include "datasets/dataset.h"
#include "layers/models/vgg.h"

namespace onefold {

// Checks whether a batch fits memory before the work begins. What tensors need is measured on a few images and
// extrapolated.

/// The shape of a batch of the dataset's images, or of all of them if there are fewer.
Shape batch_shape(const Dataset& dataset, int64_t batch_size);

/// Peak bytes of tensors while `network` runs forward on images of this shape, in evaluation mode and without
/// gradients. Valid for more than 64 images, two slices of a Vgg.
int64_t inference_bytes(Module& network, const Shape& images);

/// The same for a training step. The step changes no weight, but it updates running statistics and clears gradients:
/// pass a network that is not used otherwise.
int64_t training_bytes(Module& scratch, const Shape& images);

/// Throws Error if that is more than available_memory():
/// "inference on images [100000 32 32 3] takes about 24.4 GiB of memory, 22.9 GiB are available: use a batch of at most
/// 93800". A batch no larger than those measured, 64 images in inference and 16 in training, is not checked: if it does
/// not fit, its own Error comes just as soon.
void check_inference_fits(Module& network, const Shape& images);
void check_training_fits(Module& scratch, const Shape& images);

}  // namespace onefold
