#pragma once

#include <cstdint>

#include "datasets/dataset.h"
#include "layers/models/vgg.h"

namespace onefold {

// Whether a batch fits memory, said before the work begins rather than in the middle of it. What tensors take is
// measured on a few images and carried on in proportion.

/// Of a batch of the dataset's images, or of all of them where they are fewer.
Shape batch_shape(const Dataset& dataset, int64_t batch_size);

/// Bytes that tensors take at most while `network` runs forward on images of this shape, in evaluation mode and without
/// gradients. Right for more images than the two slices that it measures on.
int64_t inference_bytes(Vgg& network, const Shape& images);

/// The same of a training step. The step moves no weight, but statistics of batch norms, and clears gradients: pass a
/// network that is not used otherwise.
int64_t training_bytes(Module& scratch, const Shape& images);

/// Throws Error where this is more than available_memory():
/// "inference on images [100000 32 32 3] takes about 24.4 GiB of memory, 22.9 GiB are available: use a batch of at most
/// 93800". A batch as small as what is measured on, 64 images in inference and 16 in training, is let through: if it
/// does not fit, its own Error comes as soon.
void check_inference_fits(Vgg& network, const Shape& images);
void check_training_fits(Module& scratch, const Shape& images);

}  // namespace onefold
