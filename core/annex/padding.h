#pragma once

#include <cstdint>

#include "core/tensor.h"

namespace onefold {

/// x [N, H, W, C] with `rows` more above and below and `columns` more left and right: [N, H + 2 rows, W + 2 columns,
/// C], all of them `value` [C], or zeros where it is undefined. Throws Error for other shapes and for negative numbers.
Tensor pad2d_forward(const Tensor& x, const Tensor& value, int64_t rows, int64_t columns);

/// The gradient of x, the inside of dy [N, H + 2 rows, W + 2 columns, C].
Tensor pad2d_backward(const Tensor& dy, int64_t rows, int64_t columns);

/// The gradient of the value, [C]: the sum of dy over the padding. Equal bits for any number of threads.
Tensor pad2d_backward_value(const Tensor& dy, int64_t rows, int64_t columns);

}  // namespace onefold
