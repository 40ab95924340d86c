#pragma once

#include "core/tensor.h"

namespace onefold {

/// Each output channel's filter divided by its length: y[..., k] = w[..., k] / |w[..., k]|, for a kernel [R, S, C, K]
/// or anything [..., K]. Lengths below 1e-12 count as that, so a filter of zeros stays zeros. Equal bits for any number
/// of threads.
Tensor normalize_filters_forward(const Tensor& w);

/// dw = (dy - y <dy, y>) / |w|, filter by filter: what of dy points along the filter changes its length alone.
Tensor normalize_filters_backward(const Tensor& w, const Tensor& dy);

}  // namespace onefold
