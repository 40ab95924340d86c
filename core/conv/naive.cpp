#include "core/conv/naive.h"

#include "core/parallel.h"

namespace onefold {

// Legend: x [N, H, W, C], w [R, S, C / groups, K], y [N, P, Q, K]; G channels of x and L channels of y a group.

namespace {

/// The extents of one convolution, and where numbers lie.
struct Extents {
  Extents(const Shape& x, const Shape& w, const Conv2dArgs& a)
      : args(a), H(x[1]), W(x[2]), C(x[3]), R(w[0]), S(w[1]), G(w[2]), K(w[3]), L(w[3] / a.groups) {
    const Shape y = conv2d_output_shape(x, w, a);
    N = y[0], P = y[1], Q = y[2];
  }

  /// The row and column of x under tap (r, s) of the window at (p, q).
  int64_t row(int64_t p, int64_t r) const { return p * args.stride_h + r * args.dilation_h - args.padding_h; }
  int64_t column(int64_t q, int64_t s) const { return q * args.stride_w + s * args.dilation_w - args.padding_w; }
  bool inside(int64_t h, int64_t w) const { return h >= 0 && h < H && w >= 0 && w < W; }

  int64_t in(int64_t n, int64_t h, int64_t w, int64_t c) const { return ((n * H + h) * W + w) * C + c; }
  int64_t out(int64_t n, int64_t p, int64_t q, int64_t k) const { return ((n * P + p) * Q + q) * K + k; }
  int64_t tap(int64_t r, int64_t s, int64_t c, int64_t k) const { return ((r * S + s) * G + c) * K + k; }

  Conv2dArgs args;
  int64_t N, H, W, C, R, S, G, K, L, P, Q;
};

}  // namespace

// [conv2d-naive]
Tensor conv2d_naive(const Tensor& x, const Tensor& w, const Conv2dArgs& args) {
  const Extents e(x.shape(), w.shape(), args);
  Tensor y({e.N, e.P, e.Q, e.K});

  // Own an output row per thread: no two threads write the same number.
  parallel_for(e.N * e.P, 1, [&](int64_t begin, int64_t) {
    const int64_t n = begin / e.P, p = begin % e.P;
    for (int64_t q = 0; q < e.Q; ++q) {
      for (int64_t k = 0; k < e.K; ++k) {
        const int64_t first_channel = k / e.L * e.G;
        Real sum = 0;
        for (int64_t r = 0; r < e.R; ++r) {
          for (int64_t s = 0; s < e.S; ++s) {
            const int64_t h = e.row(p, r), v = e.column(q, s);
            if (!e.inside(h, v)) continue;  // padding: a zero adds nothing
            for (int64_t c = 0; c < e.G; ++c) sum += x[e.in(n, h, v, first_channel + c)] * w[e.tap(r, s, c, k)];
          }
        }
        y[e.out(n, p, q, k)] = sum;
      }
    }
  });
  return y;
}
// [/conv2d-naive]

Tensor conv2d_naive_backward_input(const Tensor& dy, const Tensor& w, const Shape& x_shape, const Conv2dArgs& args) {
  const Extents e(x_shape, w.shape(), args);
  Tensor dx = Tensor::zeros(x_shape);

  // Own an image per thread: windows of one image overlap, those of two never do.
  parallel_for(e.N, 1, [&](int64_t n, int64_t) {
    for (int64_t p = 0; p < e.P; ++p) {
      for (int64_t q = 0; q < e.Q; ++q) {
        for (int64_t r = 0; r < e.R; ++r) {
          for (int64_t s = 0; s < e.S; ++s) {
            const int64_t h = e.row(p, r), v = e.column(q, s);
            if (!e.inside(h, v)) continue;
            for (int64_t k = 0; k < e.K; ++k) {
              const int64_t first_channel = k / e.L * e.G;
              const Real gradient = dy[e.out(n, p, q, k)];
              for (int64_t c = 0; c < e.G; ++c) {
                dx[e.in(n, h, v, first_channel + c)] += gradient * w[e.tap(r, s, c, k)];
              }
            }
          }
        }
      }
    }
  });
  return dx;
}

Tensor conv2d_naive_backward_weight(const Tensor& dy, const Tensor& x, const Shape& w_shape, const Conv2dArgs& args) {
  const Extents e(x.shape(), w_shape, args);
  Tensor dw(w_shape);

  // Own an input channel of one tap per thread. The sum runs over all pixels of a batch, so it is kept in double.
  parallel_for(e.R * e.S * e.G, 1, [&](int64_t begin, int64_t) {
    const int64_t r = begin / (e.S * e.G), s = begin / e.G % e.S, c = begin % e.G;
    std::vector<double> sums(static_cast<size_t>(e.K), 0.0);
    for (int64_t n = 0; n < e.N; ++n) {
      for (int64_t p = 0; p < e.P; ++p) {
        for (int64_t q = 0; q < e.Q; ++q) {
          const int64_t h = e.row(p, r), v = e.column(q, s);
          if (!e.inside(h, v)) continue;
          for (int64_t k = 0; k < e.K; ++k) {
            const int64_t first_channel = k / e.L * e.G;
            sums[static_cast<size_t>(k)] += static_cast<double>(x[e.in(n, h, v, first_channel + c)]) *
                                            static_cast<double>(dy[e.out(n, p, q, k)]);
          }
        }
      }
    }
    for (int64_t k = 0; k < e.K; ++k) dw[e.tap(r, s, c, k)] = static_cast<Real>(sums[static_cast<size_t>(k)]);
  });
  return dw;
}

}  // namespace onefold
