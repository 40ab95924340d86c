#pragma once

#include <vector>

#include "autograd/ops.h"
#include "core/annex/compose_kernels.h"
#include "core/annex/window_pooling.h"
#include "core/random.h"

namespace onefold {

// The differentiable ops of optional layers: the counterpart of autograd/ops.h, with the same conventions and tests.

// -- elements, channels, filters

Variable gather(const Variable& x, const std::vector<int64_t>& places, const Shape& shape);
//   elements of x by index, row by row; dx[places[i]] = dy[i], summed if an index occurs more than once
Variable scale_channels(const Variable& x, const Variable& factor);
//   [..., C] by [C]: x factor; dx = dy factor, dfactor = sum of dy x over rows
Variable pad2d(const Variable& x, const Variable& value, int64_t rows, int64_t columns);
//   [N, H, W, C] -> [N, H + 2 rows, W + 2 columns, C], value [C] around x, undefined for zeros;
//   dx = dy inside, dvalue = sum of dy around it
Variable pad2d_circular(const Variable& x, int64_t rows, int64_t columns);
//   pad2d() with what follows on the opposite side, as on a torus; dx = dy, summed over the copies of a pixel
Variable normalize_filters(const Variable& w);
//   [..., K], each filter [..., k] divided by its length; dw = (dy - y <dy, y>) / length
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
Variable dropout(const Variable& x, Real probability, const Random& random);
//   x mask / (1 - probability), mask from the generator; dx = dy mask / (1 - probability)

// -- activations, elementwise

Variable leaky_relu(const Variable& x, Real slope);  // x where x > 0, else slope x; dx = dy or slope dy
Variable relu6(const Variable& x);                   // min(6, max(0, x))       dx = dy where 0 < x < 6, else 0
Variable sigmoid(const Variable& x);                 // s = 1 / (1 + e^-x)      dx = s (1 - s) dy
Variable silu(const Variable& x);                    // x s                     dx = s (1 + x (1 - s)) dy
Variable gelu(const Variable& x);                    // x P(normal number < x)  dx = (P + x density(x)) dy

// -- convolution

Variable compose_kernels(const Variable& first, const Variable& second, const ComposeArgs& args = {});
//   the kernel of conv2d(conv2d(x, first), second), for weights that are composed during training;
//   dfirst = dy with second, dsecond = dy with first, summed over the other kernel's elements

// -- pooling

Variable max_pool2d(const Variable& x, const Pool2dArgs& args);  // dx = dy at each window's first maximum
Variable avg_pool2d(const Variable& x, const Pool2dArgs& args);  // dx = dy / window, spread over the window

// -- batch norm

Variable batch_norm_of_zero(const Variable& x, const Variable& gamma, const Variable& beta,
                            const ChannelStatistics& statistics, StatisticsOf of, Real eps);
//   z gamma + beta, [C], with z = -mean / sigma: the same batch_norm of a pixel of zeros next to x's pixels;
//   of the batch: dx = -gamma dy / (sigma rows) (1 + z xhat), running: none; dgamma = z dy, dbeta = dy

}  // namespace onefold
