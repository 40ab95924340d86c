#pragma once

#include <cstdint>

#include "core/tensor.h"

namespace onefold {

/// A pooling window; its padding holds no element: max pooling never chooses it, average pooling counts it as zeros
/// (divides by the whole window, as PyTorch's count_include_pad does, which is what lets an average pool fold).
struct Pool2dArgs {
  int64_t kernel = 2;
  int64_t stride = 2;
  int64_t padding = 0;
};

/// [N, P, Q, C] for images [N, H, W, C]; throws Error where the window does not fit or padding exceeds half of it.
Shape pool2d_output_shape(const Shape& x, const Pool2dArgs& args);

/// The largest of each window, and where in the window it stood: number i stands for row i / kernel, column i % kernel.
/// (Whole numbers in a Real, so that one comparison of vectors selects both; exact up to windows of 4,096 x 4,096.)
struct MaxPoolResult {
  Tensor y;
  Tensor place;  // of y's shape
};
MaxPoolResult max_pool2d_forward(const Tensor& x, const Pool2dArgs& args);
Tensor max_pool2d_backward(const Tensor& dy, const Tensor& place, const Shape& x_shape, const Pool2dArgs& args);

/// The mean of each window.
Tensor avg_pool2d_forward(const Tensor& x, const Pool2dArgs& args);
Tensor avg_pool2d_backward(const Tensor& dy, const Shape& x_shape, const Pool2dArgs& args);

}  // namespace onefold
