#pragma once

#include <vector>

#include "autograd/ops.h"
#include "core/annex/compose_kernels.h"
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
Variable normalize_filters(const Variable& w);
//   [..., K], each filter [..., k] divided by its length; dw = (dy - y <dy, y>) / length
Variable dropout(const Variable& x, Real probability, const Random& random);
//   x mask / (1 - probability), mask from the generator; dx = dy mask / (1 - probability)

// -- convolution

Variable compose_kernels(const Variable& first, const Variable& second, const ComposeArgs& args = {});
//   the kernel of conv2d(conv2d(x, first), second), for weights that are composed during training;
//   dfirst = dy with second, dsecond = dy with first, summed over the other kernel's elements

// -- batch norm

Variable batch_norm_of_zero(const Variable& x, const Variable& gamma, const Variable& beta,
                            const ChannelStatistics& statistics, StatisticsOf of, Real eps);
//   z gamma + beta, [C], with z = -mean / sigma: the same batch_norm of a pixel of zeros next to x's pixels;
//   of the batch: dx = -gamma dy / (sigma rows) (1 + z xhat), running: none; dgamma = z dy, dbeta = dy

}  // namespace onefold
