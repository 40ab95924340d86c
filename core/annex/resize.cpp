#include "core/annex/resize.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/check.h"
#include "core/vector_loop.h"

// Legend: images x [N, H, W, C], resized y [N, P, Q, C].

namespace onefold {

namespace {

/// A pixel of the new size along one axis: (1 - share) old[low] + share old[high].
struct Between {
  int64_t low, high;
  Real share;
};

std::vector<Between> places(int64_t old_size, int64_t new_size) {
  std::vector<Between> result;
  const double step = static_cast<double>(old_size) / static_cast<double>(new_size);
  for (int64_t i = 0; i < new_size; ++i) {
    // The centre of pixel i is at i + 1/2. Before the first centre and after the last, their pixels continue.
    const double centre = std::max(0.0, (static_cast<double>(i) + 0.5) * step - 0.5);
    const int64_t low = std::min(static_cast<int64_t>(centre), old_size - 1), high = std::min(low + 1, old_size - 1);
    result.push_back({low, high, static_cast<Real>(centre - static_cast<double>(low))});
  }
  return result;
}

/// Calls body(place in x, place in y, factor) for every pixel of x that contributes to a pixel of y in image n.
template <class Body>
void for_each_pair(int64_t n, const Shape& x, const Shape& y, const std::vector<Between>& rows,
                   const std::vector<Between>& columns, const Body& body) {
  const int64_t H = x[1], W = x[2], P = y[1], Q = y[2], C = x[3];
  for (int64_t p = 0; p < P; ++p) {
    const Between& row = rows[static_cast<size_t>(p)];
    for (int64_t q = 0; q < Q; ++q) {
      const Between& column = columns[static_cast<size_t>(q)];
      const int64_t to = ((n * P + p) * Q + q) * C;
      const auto from = [&](int64_t h, int64_t w) { return ((n * H + h) * W + w) * C; };
      body(from(row.low, column.low), to, (1 - row.share) * (1 - column.share));
      body(from(row.low, column.high), to, (1 - row.share) * column.share);
      body(from(row.high, column.low), to, row.share * (1 - column.share));
      body(from(row.high, column.high), to, row.share * column.share);
    }
  }
}

void check_resize(const char* kernel, const Shape& images, int64_t height, int64_t width) {
  check(images.rank() == 4 && images[1] >= 1 && images[2] >= 1, kernel, ": needs images [N, H, W, C], got ", images);
  check(height >= 1 && width >= 1, kernel, ": to ", height, " x ", width, " pixels; both must be at least 1");
}

}  // namespace

Tensor resize_images_forward(const Tensor& x, int64_t height, int64_t width) {
  check_resize("resize_images", x.shape(), height, width);
  const int64_t N = x.shape()[0], C = x.shape()[3];
  Tensor y = Tensor::zeros({N, height, width, C});
  const auto rows = places(x.shape()[1], height), columns = places(x.shape()[2], width);
  parallel_for(N, 1, [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      for_each_pair(n, x.shape(), y.shape(), rows, columns, [&](int64_t from, int64_t to, Real factor) {
        for (int64_t c = 0; c < C; ++c) y[to + c] += factor * x[from + c];
      });
    }
  });
  return y;
}

Tensor resize_images_backward(const Tensor& dy, const Shape& x_shape) {
  check_resize("resize_images_backward", dy.shape(), x_shape[1], x_shape[2]);
  const int64_t N = x_shape[0], C = x_shape[3];
  Tensor dx = Tensor::zeros(x_shape);
  const auto rows = places(x_shape[1], dy.shape()[1]), columns = places(x_shape[2], dy.shape()[2]);
  // An image per thread at a time: several pixels of dy add to the same one of dx.
  parallel_for(N, 1, [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      for_each_pair(n, x_shape, dy.shape(), rows, columns, [&](int64_t from, int64_t to, Real factor) {
        for (int64_t c = 0; c < C; ++c) dx[from + c] += factor * dy[to + c];
      });
    }
  });
  return dx;
}

}  // namespace onefold
