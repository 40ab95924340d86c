#pragma once

#include "core/tensor.h"

namespace onefold {

// Activations of other networks than RepVGG, elementwise. Each passes a NaN through. Throws Error, naming the kernel,
// if two operands differ in shape or one is undefined.

Tensor leaky_relu_forward(const Tensor& x, Real slope);                     // y = x where x > 0, else slope x
Tensor leaky_relu_backward(const Tensor& x, const Tensor& dy, Real slope);  // dx = dy where x > 0, else slope dy
Tensor relu6_forward(const Tensor& x);                                      // y = min(6, max(0, x))
Tensor relu6_backward(const Tensor& x, const Tensor& dy);                   // dx = dy where 0 < x < 6, else 0
Tensor sigmoid_forward(const Tensor& x);                                    // y = s(x) = 1 / (1 + e^-x)
Tensor sigmoid_backward(const Tensor& y, const Tensor& dy);                 // dx = y (1 - y) dy
Tensor silu_forward(const Tensor& x);                                       // y = x s(x)
Tensor silu_backward(const Tensor& x, const Tensor& dy);                    // dx = s (1 + x (1 - s)) dy
Tensor gelu_forward(const Tensor& x);                                       // y = x P(x), P(x) = erfc(-x / sqrt 2) / 2
Tensor gelu_backward(const Tensor& x, const Tensor& dy);  // dx = (P + x p) dy, p(x) = e^(-x^2 / 2) / sqrt(2 pi)

}  // namespace onefold
