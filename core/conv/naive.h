#pragma once

#include "core/conv/conv2d.h"

namespace onefold {

/// The seven loops, for any stride, padding, dilation and groups: what the lesson shows and what the fast algorithms
/// are tested against. Same shapes as conv2d() and its gradients.
Tensor conv2d_naive(const Tensor& x, const Tensor& w, const Conv2dArgs& args);
Tensor conv2d_naive_backward_input(const Tensor& dy, const Tensor& w, const Shape& x_shape, const Conv2dArgs& args);
Tensor conv2d_naive_backward_weight(const Tensor& dy, const Tensor& x, const Shape& w_shape, const Conv2dArgs& args);

}  // namespace onefold
