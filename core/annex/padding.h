#pragma once

#include <cstdint>

#include "core/tensor.h"

namespace onefold {

/// x [N, H, W, C] with `rows` pixels added above and below and `columns` pixels left and right:
/// [N, H + 2 rows, W + 2 columns, C]. They hold `value` [C], or zeros if it is undefined. Throws Error if the shapes
/// do not fit or the padding is negative.
Tensor pad2d_forward(const Tensor& x, const Tensor& value, int64_t rows, int64_t columns);

/// The gradient with respect to x: the interior of dy [N, H + 2 rows, W + 2 columns, C].
Tensor pad2d_backward(const Tensor& dy, int64_t rows, int64_t columns);

/// The gradient with respect to the value, [C]: the sum of dy over the padding. Equal bits for any number of threads.
Tensor pad2d_backward_value(const Tensor& dy, int64_t rows, int64_t columns);

/// The same size with pixels that continue on the opposite side, as on a torus: pixel (p, q) of the result is pixel
/// ((p - rows) mod H, (q - columns) mod W) of x. Throws Error for images without pixels and for a negative padding.
Tensor pad2d_circular_forward(const Tensor& x, int64_t rows, int64_t columns);

/// dx: the sum of dy over each pixel's copies.
Tensor pad2d_circular_backward(const Tensor& dy, int64_t rows, int64_t columns);

}  // namespace onefold
