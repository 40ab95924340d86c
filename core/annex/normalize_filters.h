#pragma once

#include "core/tensor.h"

namespace onefold {

/// Divides each output channel's filter by its length: y[..., k] = w[..., k] / |w[..., k]|, for a kernel [R, S, C, K]
/// or any [..., K]. Lengths below 1e-12 are replaced by 1e-12, so a zero filter stays zero. Equal bits for any number
/// of threads.
Tensor normalize_filters_forward(const Tensor& w);

/// dw = (dy - y <dy, y>) / |w|, per filter: the component of dy along the filter would only change its length.
Tensor normalize_filters_backward(const Tensor& w, const Tensor& dy);

}  // namespace onefold
