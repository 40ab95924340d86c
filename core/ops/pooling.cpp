#include "core/ops/pooling.h"

#include <algorithm>
#include <vector>

#include "core/check.h"
#include "core/vector_loop.h"

namespace onefold {

Tensor global_avg_pool_forward(const Tensor& x) {
  check(x.defined() && x.shape().rank() == 4, "global_avg_pool: needs images [N, H, W, C], got ",
        x.defined() ? x.shape().text() : "none");
  const int64_t pixels = x.shape()[1] * x.shape()[2], channels = x.shape()[3];
  check(pixels >= 1, "global_avg_pool: images ", x.shape(), " have no pixels to take a mean of; pass larger ones");
  Tensor y({x.shape()[0], channels});
  parallel_for(x.shape()[0], rows_per_range(pixels * channels), [&](int64_t begin, int64_t end) {
    std::vector<double> sums(static_cast<size_t>(channels));
    for (int64_t n = begin; n < end; ++n) {
      std::fill(sums.begin(), sums.end(), 0.0);
      add_rows(x.data() + n * pixels * channels, pixels, channels, sums.data());
      for (int64_t c = 0; c < channels; ++c) {
        y[n * channels + c] = static_cast<Real>(sums[static_cast<size_t>(c)] / static_cast<double>(pixels));
      }
    }
  });
  return y;
}

Tensor global_avg_pool_backward(const Tensor& dy, const Shape& x_shape) {
  check(x_shape.rank() == 4, "global_avg_pool_backward: needs images [N, H, W, C], got ", x_shape);
  const Shape y_shape{x_shape[0], x_shape[3]};
  check(dy.defined() && dy.shape() == y_shape, "global_avg_pool_backward: dy is ",
        dy.defined() ? dy.shape().text() : "undefined", ", it needs the result's shape ", y_shape);
  const int64_t pixels = x_shape[1] * x_shape[2], channels = x_shape[3];
  const Real share = Real{1} / static_cast<Real>(pixels);
  Tensor dx(x_shape);
  parallel_for(x_shape[0], rows_per_range(pixels * channels), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin * pixels; row < end * pixels; ++row) {
      for_each_vector(0, channels,
                      [=, from = dy.data() + row / pixels * channels, to = dx.data() + row * channels](
                          int64_t c, auto lanes) { lanes.store(to + c, share * lanes.load(from + c)); });
    }
  });
  return dx;
}

}  // namespace onefold
