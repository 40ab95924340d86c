#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor.h"

namespace onefold {

// Kernels that move channels, the last axis, and one that scales them image by image. Each throws Error if the shapes
// do not fit or an operand is undefined.

/// The parts side by side: [..., C0], [..., C1] -> [..., C0 + C1]. Backward is slice_channels(), part by part.
Tensor concat_channels(const std::vector<Tensor>& parts);

/// Channels [first, first + count) of x. Backward is pad_channels().
Tensor slice_channels(const Tensor& x, int64_t first, int64_t count);

/// x with channels of zeros before and after its own: [..., before + C + after]. Backward is slice_channels().
Tensor pad_channels(const Tensor& x, int64_t before, int64_t after);

/// Reads each row of channels as a matrix [groups, C / groups] and transposes it: channel g C / groups + i becomes
/// i groups + g. Backward is shuffle_channels() by C / groups, which transposes back.
/// Zhang, Zhou, Lin, Sun: "ShuffleNet", CVPR 2018, section 3.1.
Tensor shuffle_channels(const Tensor& x, int64_t groups);

/// y[n, h, w, c] = x[n, h, w, c] factor[n, c]: x [N, H, W, C], factor [N, C]. With respect to x, backward is the same.
Tensor scale_images_forward(const Tensor& x, const Tensor& factor);

/// dfactor [N, C] = the sum of x dy over each image's pixels. Equal bits for any number of threads.
Tensor scale_images_backward_factor(const Tensor& x, const Tensor& dy);

}  // namespace onefold
