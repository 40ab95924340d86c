#pragma once

#include <cstdint>
#include <vector>

#include "core/random.h"
#include "core/tensor.h"

namespace onefold {

/// y = x factor, channel by channel: x [..., C], factor [C].
Tensor scale_channels_forward(const Tensor& x, const Tensor& factor);

/// Divides each output channel's filter by its length: y[..., k] = w[..., k] / |w[..., k]|, for a kernel [R, S, C, K]
/// or any [..., K]. Lengths below 1e-12 are replaced by 1e-12, so a zero filter stays zero. Equal bits for any number
/// of threads.
Tensor normalize_filters_forward(const Tensor& w);

/// dw = (dy - y <dy, y>) / |w|, per filter: the component of dy along the filter would only change its length.
Tensor normalize_filters_backward(const Tensor& w, const Tensor& dy);

/// y[i] = x[places[i]], with row-major indices; `shape` has one element per index. Throws Error if these counts differ
/// or an index is out of x's range.
Tensor gather_forward(const Tensor& x, const std::vector<int64_t>& places, const Shape& shape);

/// dx[places[i]] += dy[i]: gradients are summed if an index occurs more than once.
Tensor gather_backward(const Tensor& dy, const std::vector<int64_t>& places, const Shape& x_shape);

/// The factors of dropout: 0 with the given probability, else 1 / (1 - probability), so that the mean stays 1.
/// Element i uses value i of the generator. Throws Error unless 0 <= probability < 1.
Tensor dropout_mask(const Shape& shape, Real probability, const Random& random);

}  // namespace onefold
