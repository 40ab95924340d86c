#pragma once

#include <cstdint>
#include <string>

#include "core/tensor.h"

namespace onefold {

/// A pooling window. Padding is never chosen by max pooling. In average pooling it counts as zeros by default, which
/// allows an average pool to be folded; else the sum is divided by the number of pixels inside the image (PyTorch's
/// count_include_pad).
struct Pool2dArgs {
  int64_t kernel = 2;
  int64_t stride = 2;
  int64_t padding = 0;
  bool count_padding = true;
};

/// "2x2, stride 2, padding 1"
std::string window_text(const Pool2dArgs& args);

/// [N, P, Q, C] for images [N, H, W, C]. Throws Error if the window does not fit or the padding exceeds half of it.
Shape pool2d_output_shape(const Shape& x, const Pool2dArgs& args);

/// The maximum of each window, and its position in the window: index i is row i / kernel, column i % kernel.
/// (Integers stored in a Real, so that one vector comparison selects both; exact for windows up to 4,096 x 4,096.)
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
