#pragma once

#include "core/tensor.h"

namespace onefold {

/// The function that a fused kernel applies to each element before it stores it.
enum class Activation { none, relu };

// Elementwise kernels. Each except add_to returns a new tensor of its operands' shape. Each throws Error, naming the
// kernel and both shapes, if two operands differ in shape or one is undefined.

Tensor add(const Tensor& a, const Tensor& b);                      // a + b
Tensor add_to(Tensor sum, const Tensor& x);                        // sum += x in its buffer, which must not be shared
Tensor subtract(const Tensor& a, const Tensor& b);                 // a - b
Tensor multiply(const Tensor& a, const Tensor& b);                 // a b
Tensor scale(const Tensor& x, Real factor);                        // factor x
Tensor add_scaled(const Tensor& a, Real factor, const Tensor& b);  // a + factor b

// [pairs]
Tensor exp_forward(const Tensor& x);                           // y = e^x
Tensor exp_backward(const Tensor& y, const Tensor& dy);        // dx = y dy
Tensor log_forward(const Tensor& x);                           // y = ln x
Tensor log_backward(const Tensor& x, const Tensor& dy);        // dx = dy / x
Tensor tanh_forward(const Tensor& x);                          // y = tanh x
Tensor tanh_backward(const Tensor& y, const Tensor& dy);       // dx = (1 - y^2) dy
Tensor relu_forward(const Tensor& x);                          // y = max(0, x); a NaN stays a NaN
Tensor relu_backward(const Tensor& x_or_y, const Tensor& dy);  // dx = dy where x > 0 (so y > 0), else 0
// [/pairs]

/// y = x + bias, row by row: x [..., C], bias [C].
Tensor add_bias_forward(const Tensor& x, const Tensor& bias);

/// The sum over all axes but the last, [..., C] -> [C]: the gradient of a bias. Equal bits for any number of threads;
/// zero if the tensor has no rows.
Tensor sum_rows(const Tensor& x);

/// The sum of all elements. Equal bits for any number of threads.
double sum(const Tensor& x);

}  // namespace onefold
