#pragma once

#include <cstdint>

#include "core/tensor.h"

namespace onefold {

/// Images x [N, H, W, C] in another size, [N, height, width, C]: each pixel is interpolated linearly, in each
/// direction, between the two of x nearest to its centre, as in PyTorch's F.interpolate(mode="bilinear"). Halving both
/// sides so takes the mean of 2 x 2 pixels; shrinking by more than half skips pixels. Throws Error for a size below 1.
Tensor resize_images_forward(const Tensor& x, int64_t height, int64_t width);

/// The gradient with respect to x, for dy [N, height, width, C].
Tensor resize_images_backward(const Tensor& dy, const Shape& x_shape);

}  // namespace onefold
