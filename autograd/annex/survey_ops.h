#pragma once

#include <vector>

#include "autograd/ops.h"

namespace onefold {

// The differentiable ops of the networks in layers/models/survey: the counterpart of autograd/ops.h, with the same
// conventions and tests.

// -- channels, pixels

Variable pad2d_circular(const Variable& x, int64_t rows, int64_t columns);
//   pad2d() with what follows on the opposite side, as on a torus; dx = dy, summed over the copies of a pixel
Variable concat_channels(const std::vector<Variable>& parts);
//   [..., C0], [..., C1] -> [..., C0 + C1]; dpart = its channels of dy
Variable slice_channels(const Variable& x, int64_t first, int64_t count);
//   channels [first, first + count) of x; dx = dy between zeros
Variable pad_channels(const Variable& x, int64_t before, int64_t after);
//   [..., C] -> [..., before + C + after], zeros around x; dx = dy without them
Variable shuffle_channels(const Variable& x, int64_t groups);
//   channel g C / groups + i becomes i groups + g; dx = dy in the old order
Variable scale_images(const Variable& x, const Variable& factor);
//   [N, H, W, C] by [N, C]: x factor; dx = dy factor, dfactor = sum of dy x over each image's pixels
Variable resize_images(const Variable& x, int64_t height, int64_t width);
//   [N, H, W, C] -> [N, height, width, C], interpolated linearly; dx = dy by the same shares

// -- activations, elementwise

Variable leaky_relu(const Variable& x, Real slope);  // x where x > 0, else slope x; dx = dy or slope dy
Variable relu6(const Variable& x);                   // min(6, max(0, x))       dx = dy where 0 < x < 6, else 0
Variable sigmoid(const Variable& x);                 // s = 1 / (1 + e^-x)      dx = s (1 - s) dy
Variable silu(const Variable& x);                    // x s                     dx = s (1 + x (1 - s)) dy
Variable gelu(const Variable& x);                    // x P(normal number < x)  dx = (P + x density(x)) dy

}  // namespace onefold
