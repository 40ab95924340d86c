#include <algorithm>

#include "core/conv/conv_types.h"
#include "core/parallel.h"

namespace onefold {

// The seven loops, for any stride, padding, dilation and groups: the definition that the fast algorithms are tested
// against. Legend: x [N, H, W, C], w [R, S, G, K], y [N, P, Q, K]; L channels of y per group.

namespace {

// [conv2d-naive]
Tensor forward(const ConvGeometry& g, const Tensor& x, const Tensor& w, const Epilogue& epilogue, PackedWeights&) {
  const int64_t L = g.K / g.args.groups;
  Tensor y(g.y);

  // Own an output row per thread: no two threads write the same element.
  parallel_for(g.N * g.P, 1, [&](int64_t begin, int64_t) {
    const int64_t n = begin / g.P, p = begin % g.P;
    for (int64_t q = 0; q < g.Q; ++q) {
      for (int64_t k = 0; k < g.K; ++k) {
        const int64_t first_channel = k / L * g.G;
        Real sum = 0;
        for (int64_t r = 0; r < g.R; ++r) {
          for (int64_t s = 0; s < g.S; ++s) {
            const int64_t h = g.row(p, r), v = g.column(q, s);
            if (!g.inside(h, v)) continue;  // padding: a zero adds nothing
            for (int64_t c = 0; c < g.G; ++c) sum += x[g.in(n, h, v, first_channel + c)] * w[g.tap(r, s, c, k)];
          }
        }
        if (epilogue.bias.defined()) sum += epilogue.bias[k];
        y[g.out(n, p, q, k)] = epilogue.activation == Activation::relu ? std::max(sum, Real{0}) : sum;
      }
    }
  });
  if (epilogue.statistics != nullptr) *epilogue.statistics = channel_statistics(y);
  return y;
}
// [/conv2d-naive]

Tensor backward_input(const ConvGeometry& g, const Tensor& dy, const Tensor& w, Tensor sum) {
  const int64_t L = g.K / g.args.groups;
  Tensor dx = Tensor::zeros(g.x);

  // Own an image per thread: windows overlap only within an image.
  parallel_for(g.N, 1, [&](int64_t n, int64_t) {
    for (int64_t p = 0; p < g.P; ++p) {
      for (int64_t q = 0; q < g.Q; ++q) {
        for (int64_t r = 0; r < g.R; ++r) {
          for (int64_t s = 0; s < g.S; ++s) {
            const int64_t h = g.row(p, r), v = g.column(q, s);
            if (!g.inside(h, v)) continue;
            for (int64_t k = 0; k < g.K; ++k) {
              const int64_t first_channel = k / L * g.G;
              const Real gradient = dy[g.out(n, p, q, k)];
              for (int64_t c = 0; c < g.G; ++c) {
                dx[g.in(n, h, v, first_channel + c)] += gradient * w[g.tap(r, s, c, k)];
              }
            }
          }
        }
      }
    }
  });
  return sum.defined() ? add_to(std::move(sum), dx) : dx;
}

Tensor backward_weight(const ConvGeometry& g, const Tensor& dy, const Tensor& x) {
  const int64_t L = g.K / g.args.groups;
  Tensor dw(g.w);

  // Own an input channel of one tap per thread. The sum is over all pixels of a batch, so it is kept in double.
  parallel_for(g.R * g.S * g.G, 1, [&](int64_t begin, int64_t) {
    const int64_t r = begin / (g.S * g.G), s = begin / g.G % g.S, c = begin % g.G;
    std::vector<double> sums(static_cast<size_t>(g.K), 0.0);
    for (int64_t n = 0; n < g.N; ++n) {
      for (int64_t p = 0; p < g.P; ++p) {
        for (int64_t q = 0; q < g.Q; ++q) {
          const int64_t h = g.row(p, r), v = g.column(q, s);
          if (!g.inside(h, v)) continue;
          for (int64_t k = 0; k < g.K; ++k) {
            const int64_t first_channel = k / L * g.G;
            sums[static_cast<size_t>(k)] +=
                static_cast<double>(x[g.in(n, h, v, first_channel + c)]) * static_cast<double>(dy[g.out(n, p, q, k)]);
          }
        }
      }
    }
    for (int64_t k = 0; k < g.K; ++k) dw[g.tap(r, s, c, k)] = static_cast<Real>(sums[static_cast<size_t>(k)]);
  });
  return dw;
}

}  // namespace

// [row]
constinit const ConvAlgorithmRow naive_row = {"naive", "nothing",      [](const ConvGeometry&) { return true; },
                                              forward, backward_input, backward_weight};
// [/row]

}  // namespace onefold
