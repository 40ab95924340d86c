#pragma once

#include <cstdint>

#include "layers/fold/kernel.h"

namespace onefold {

// What layers/fold/kernel.h has for the RepVGG block, for other blocks: pooling, dilation, groups and compositions.

/// Average pooling over a window of rows x columns as a depthwise convolution, [rows, columns, 1, channels]. Every
/// element is 1 / (rows columns), so the padding of the pool counts as zeros, as it does in AvgPool2d.
DoubleKernel average_kernel(int64_t channels, int64_t rows, int64_t columns);

/// A dilated convolution as one of dilation 1, with zeros between the elements:
/// [(R - 1) rows + 1, (S - 1) columns + 1, ...].
DoubleKernel dilate_kernel(const DoubleKernel& kernel, int64_t rows, int64_t columns);

/// A convolution with `groups` groups as one with `fewer` groups, with zeros for the new connections.
/// Throws Error unless `fewer` divides `groups` and `groups` divides the output channels.
DoubleKernel regroup_kernel(const DoubleKernel& kernel, int64_t groups, int64_t fewer);

/// second(first(x)) as one convolution. `first` has the given stride, no padding and no dilation:
///
///     K[o, i, u] = sum over m, p of K2[o, m, p] K1[m, i, u - stride p]
///     b[o] = b2[o] + sum over m, p of K2[o, m, p] b1[m]
///
/// Its kernel size is (R2 - 1) stride + R1, its stride the product of both strides, and its number of groups the
/// greatest common divisor of both. Throws Error unless `first` has as many output channels as `second` has inputs.
DoubleKernel compose_kernels(const DoubleKernel& first, int64_t first_groups, int64_t stride_h, int64_t stride_w,
                             const DoubleKernel& second, int64_t second_groups);

}  // namespace onefold
