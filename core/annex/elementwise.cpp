#include "core/annex/elementwise.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/ops/elementwise.h"
#include "core/vector_loop.h"

namespace onefold {

namespace {

constexpr double kSmallestLength = 1e-12;

/// 1 / |w[..., k]|, [K]; w [..., K], a filter being the elements of one k.
Tensor inverse_lengths(const Tensor& w) {
  check(w.shape().rank() >= 1, "normalize_filters: weight ", w.shape(), " must be [... K]");
  Tensor inverse = sum_rows(multiply(w, w));
  for (int64_t k = 0; k < inverse.size(); ++k) {
    inverse[k] = static_cast<Real>(1 / std::max(std::sqrt(double{inverse[k]}), kSmallestLength));
  }
  return inverse;
}

}  // namespace

Tensor scale_channels_forward(const Tensor& x, const Tensor& factor) {
  check(x.defined() && factor.defined(), "scale_channels: an operand is undefined; pass two tensors");
  check(x.shape().rank() >= 1 && factor.shape() == Shape{x.shape()[-1]}, "scale_channels: x ", x.shape(),
        " and factor ", factor.shape(), " do not fit; expected one value per channel, the last axis of x");
  Tensor y(x.shape());
  parallel_rows(x.shape().rows(), x.shape()[-1],
                [from = x.data(), by = factor.data(), to = y.data()](int64_t i, int64_t c, auto lanes) {
                  lanes.store(to + i, lanes.load(from + i) * lanes.load(by + c));
                });
  return y;
}

Tensor normalize_filters_forward(const Tensor& w) { return scale_channels_forward(w, inverse_lengths(w)); }

Tensor normalize_filters_backward(const Tensor& w, const Tensor& dy) {
  const Tensor inverse = inverse_lengths(w);
  const Tensor y = scale_channels_forward(w, inverse);
  const Tensor along = scale_channels_forward(y, sum_rows(multiply(dy, y)));
  return scale_channels_forward(subtract(dy, along), inverse);
}

Tensor gather_forward(const Tensor& x, const std::vector<int64_t>& places, const Shape& shape) {
  check(shape.size() == static_cast<int64_t>(places.size()), "gather: ", places.size(), " indices for a result ", shape,
        "; expected one per element");
  Tensor y(shape);
  for (size_t i = 0; i < places.size(); ++i) {
    check(places[i] >= 0 && places[i] < x.size(), "gather: index ", places[i], " is not in x ", x.shape(),
          "; expected 0 to ", x.size() - 1);
    y[static_cast<int64_t>(i)] = x[places[i]];
  }
  return y;
}

Tensor gather_backward(const Tensor& dy, const std::vector<int64_t>& places, const Shape& x_shape) {
  Tensor dx = Tensor::zeros(x_shape);
  for (size_t i = 0; i < places.size(); ++i) dx[places[i]] += dy[static_cast<int64_t>(i)];
  return dx;
}

Tensor dropout_mask(const Shape& shape, Real probability, const Random& random) {
  check(probability >= 0 && probability < 1, "dropout: probability ", probability, " must be at least 0 and below 1");
  const Real kept = 1 / (1 - probability);
  Tensor mask(shape);
  parallel_for(shape.size(), kRangeNumbers / 8, [&, to = mask.data()](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      to[i] = random.uniform(static_cast<uint64_t>(i)) < static_cast<double>(probability) ? 0 : kept;
    }
  });
  return mask;
}

}  // namespace onefold
