#include "core/annex/padding.h"

#include <algorithm>

#include "core/check.h"
#include "core/parallel.h"
#include "core/vector_loop.h"

// Legend: images x [N, H, W, C], padded y [N, P, Q, C]; a row is one of the N P rows of y, Q C elements long.

namespace onefold {

namespace {

void check_padding(const char* kernel, const Shape& shape, int64_t rows, int64_t columns) {
  check(shape.rank() == 4, kernel, ": needs images [N, H, W, C], got ", shape);
  check(rows >= 0 && columns >= 0, kernel, ": padding ", rows, "x", columns, "; both must be at least 0");
}

/// The remainder in [0, divisor).
int64_t modulo(int64_t number, int64_t divisor) { return (number % divisor + divisor) % divisor; }

}  // namespace

Tensor pad2d_forward(const Tensor& x, const Tensor& value, int64_t rows, int64_t columns) {
  check_padding("pad2d", x.shape(), rows, columns);
  const int64_t N = x.shape()[0], H = x.shape()[1], W = x.shape()[2], C = x.shape()[3];
  check(!value.defined() || value.shape() == Shape{C}, "pad2d: value ", value.defined() ? value.shape() : Shape{},
        " for images ", x.shape(), "; expected one value per channel");

  const int64_t P = H + 2 * rows, Q = W + 2 * columns;
  Tensor y({N, P, Q, C});
  const auto fill = [&](Real* to, int64_t pixels) {
    for (int64_t i = 0; i < pixels; ++i, to += C) {
      if (value.defined()) {
        std::copy_n(value.data(), C, to);
      } else {
        std::fill_n(to, C, Real{0});
      }
    }
  };
  parallel_for(N * P, rows_per_range(Q * C), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t n = row / P, h = row % P - rows;
      Real* to = y.data() + row * Q * C;
      if (h < 0 || h >= H) {
        fill(to, Q);
        continue;
      }
      fill(to, columns);
      std::copy_n(x.data() + (n * H + h) * W * C, W * C, to + columns * C);
      fill(to + (columns + W) * C, columns);
    }
  });
  return y;
}

Tensor pad2d_backward(const Tensor& dy, int64_t rows, int64_t columns) {
  check_padding("pad2d_backward", dy.shape(), rows, columns);
  const int64_t N = dy.shape()[0], P = dy.shape()[1], Q = dy.shape()[2], C = dy.shape()[3];
  const int64_t H = P - 2 * rows, W = Q - 2 * columns;
  Tensor dx({N, H, W, C});
  parallel_for(N * H, rows_per_range(W * C), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t n = row / H, h = row % H;
      std::copy_n(dy.data() + ((n * P + rows + h) * Q + columns) * C, W * C, dx.data() + row * W * C);
    }
  });
  return dx;
}

Tensor pad2d_backward_value(const Tensor& dy, int64_t rows, int64_t columns) {
  check_padding("pad2d_backward_value", dy.shape(), rows, columns);
  const int64_t N = dy.shape()[0], P = dy.shape()[1], Q = dy.shape()[2], C = dy.shape()[3];
  const auto sums = ordered_sums(N * P, rows_per_sum(Q * C), C, [&](int64_t begin, int64_t end, double* sum) {
    for (int64_t row = begin; row < end; ++row) {
      const bool outside = row % P < rows || row % P >= P - rows;
      for (int64_t q = 0; q < Q; ++q) {
        if (!outside && q >= columns && q < Q - columns) continue;
        const Real* from = dy.data() + (row * Q + q) * C;
        for (int64_t c = 0; c < C; ++c) sum[c] += from[c];
      }
    }
  });
  Tensor dvalue({C});
  for (int64_t c = 0; c < C; ++c) dvalue[c] = static_cast<Real>(sums[static_cast<size_t>(c)]);
  return dvalue;
}

Tensor pad2d_circular_forward(const Tensor& x, int64_t rows, int64_t columns) {
  check_padding("pad2d_circular", x.shape(), rows, columns);
  const int64_t N = x.shape()[0], H = x.shape()[1], W = x.shape()[2], C = x.shape()[3];
  check(H >= 1 && W >= 1, "pad2d_circular: images ", x.shape(), " have no pixels to continue with");
  const int64_t P = H + 2 * rows, Q = W + 2 * columns;
  Tensor y({N, P, Q, C});
  parallel_for(N * P, rows_per_range(Q * C), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const Real* from = x.data() + (row / P * H + modulo(row % P - rows, H)) * W * C;
      Real* to = y.data() + row * Q * C;
      for (int64_t q = 0; q < Q; ++q) to = std::copy_n(from + modulo(q - columns, W) * C, C, to);
    }
  });
  return y;
}

Tensor pad2d_circular_backward(const Tensor& dy, int64_t rows, int64_t columns) {
  check_padding("pad2d_circular_backward", dy.shape(), rows, columns);
  const int64_t N = dy.shape()[0], P = dy.shape()[1], Q = dy.shape()[2], C = dy.shape()[3];
  const int64_t H = P - 2 * rows, W = Q - 2 * columns;
  check(H >= 1 && W >= 1, "pad2d_circular_backward: dy ", dy.shape(), " has no pixels inside a padding of ", rows, "x",
        columns);
  Tensor dx = Tensor::zeros({N, H, W, C});
  parallel_for(N * H, rows_per_range(W * C), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      Real* to = dx.data() + row * W * C;
      // The rows of dy that are copies of this one, H apart.
      for (int64_t p = modulo(row % H + rows, H); p < P; p += H) {
        const Real* from = dy.data() + (row / H * P + p) * Q * C;
        for (int64_t q = 0; q < Q; ++q) {
          Real* pixel = to + modulo(q - columns, W) * C;
          for_each_vector(0, C, [pixel, from = from + q * C](int64_t c, auto lanes) {
            lanes.store(pixel + c, lanes.load(pixel + c) + lanes.load(from + c));
          });
        }
      }
    }
  });
  return dx;
}

}  // namespace onefold
