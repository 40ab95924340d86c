#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor.h"

namespace onefold {

/// y[i] = x[places[i]], with elements numbered in row-major order; `shape` has one element per place. Throws Error if
/// the numbers differ or a place is out of x's range.
Tensor gather_forward(const Tensor& x, const std::vector<int64_t>& places, const Shape& shape);

/// dx[places[i]] += dy[i]: gradients are summed if a place occurs more than once.
Tensor gather_backward(const Tensor& dy, const std::vector<int64_t>& places, const Shape& x_shape);

}  // namespace onefold
