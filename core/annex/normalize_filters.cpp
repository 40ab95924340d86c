#include "core/annex/normalize_filters.h"

#include <algorithm>
#include <cmath>

#include "core/annex/channel_scale.h"
#include "core/check.h"
#include "core/ops/elementwise.h"

// Legend: w [..., K], a filter is what stands under one k.

namespace onefold {

namespace {

constexpr double kSmallestLength = 1e-12;

/// 1 / |w[..., k]|, [K].
Tensor inverse_lengths(const Tensor& w) {
  check(w.shape().rank() >= 1, "normalize_filters: weight ", w.shape(), " must be [... K]");
  Tensor inverse = sum_rows(multiply(w, w));
  for (int64_t k = 0; k < inverse.size(); ++k) {
    inverse[k] = static_cast<Real>(1 / std::max(std::sqrt(double{inverse[k]}), kSmallestLength));
  }
  return inverse;
}

}  // namespace

Tensor normalize_filters_forward(const Tensor& w) { return scale_channels_forward(w, inverse_lengths(w)); }

Tensor normalize_filters_backward(const Tensor& w, const Tensor& dy) {
  const Tensor inverse = inverse_lengths(w);
  const Tensor y = scale_channels_forward(w, inverse);
  const Tensor along = scale_channels_forward(y, sum_rows(multiply(dy, y)));
  return scale_channels_forward(subtract(dy, along), inverse);
}

}  // namespace onefold
