#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor.h"

namespace onefold {

/// y[i] = x[places[i]], elements counted row by row, in a shape of as many elements as there are places. Throws Error
/// for another number and for a place beyond x.
Tensor gather_forward(const Tensor& x, const std::vector<int64_t>& places, const Shape& shape);

/// dx[places[i]] = dy[i], summed up where a place was taken more than once.
Tensor gather_backward(const Tensor& dy, const std::vector<int64_t>& places, const Shape& x_shape);

}  // namespace onefold
