#pragma once

#include "core/tensor.h"

namespace onefold {

/// The mean over all pixels: [N, H, W, C] -> [N, C].
Tensor global_avg_pool_forward(const Tensor& x);
Tensor global_avg_pool_backward(const Tensor& dy, const Shape& x_shape);

}  // namespace onefold
