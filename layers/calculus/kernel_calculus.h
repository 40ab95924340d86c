#pragma once

#include <cstdint>

#include "layers/fold/kernel.h"

namespace onefold {

// What layers/fold/kernel.h has for the RepVGG block, for other blocks: pooling, dilation, groups and compositions.

/// Average pooling by a window of the given size as a depthwise convolution, [rows, columns, 1, channels]: every
/// element is 1 / (rows columns). So the padding of the pool counts as zeros, as it does in AvgPool2d.
DoubleKernel average_kernel(int64_t channels, int64_t rows, int64_t columns);

/// A dilated convolution as one of dilation 1: zeros between its elements, [(R - 1) rows + 1, (S - 1) columns + 1,
/// ...].
DoubleKernel dilate_kernel(const DoubleKernel& kernel, int64_t rows, int64_t columns);

/// A convolution of `groups` groups as one of fewer, with zeros where an output channel did not look.
/// Throws Error unless `fewer` divides `groups`, and `groups` the output channels.
DoubleKernel regroup_kernel(const DoubleKernel& kernel, int64_t groups, int64_t fewer);

/// second(first(x)) as one convolution, where first has the given stride and neither pads nor dilates:
///
///     K[o, i, u] = sum over m, p of K2[o, m, p] K1[m, i, u - stride p]
///     b[o] = b2[o] + sum over m, p of K2[o, m, p] b1[m]
///
/// of size (R2 - 1) stride + R1, at the product of both strides, in as many groups as the greatest common divisor of
/// both numbers of groups. Throws Error where first has not as many output channels as second has input channels.
DoubleKernel compose_kernels(const DoubleKernel& first, int64_t first_groups, int64_t stride_h, int64_t stride_w,
                             const DoubleKernel& second, int64_t second_groups);

}  // namespace onefold
