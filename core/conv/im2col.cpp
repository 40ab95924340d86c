#include "core/conv/im2col.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/gemm/gemm_kernel.h"
#include "core/ops/channel_sums.h"
#include "core/parallel.h"

namespace onefold {

// Legend: x [N, H, W, C], w [R, S, G, K], y [N, P, Q, K]; D = R S G is the length of a patch; G = C / groups.

namespace {

/// Maximum elements of a block's columns: half of a second-level cache of 512 KiB or more.
constexpr int64_t kBlockNumbers = 64 * 1024;

/// With few pixels and more weights than this, reading the weights takes longest: then threads share the columns of the
/// weights, not the pixels.
constexpr int64_t kManyWeights = 128 * 1024;

/// Maximum elements of the columns of a weight gradient's chunk: well within a shared cache.
constexpr int64_t kChunkNumbers = 2 * 1024 * 1024;

/// Rows of x in a chunk where there are no columns: several groups read parts of them while they are in a cache.
constexpr int64_t kChunkRows = 4096;

/// A 1x1 convolution at stride 1 needs no columns: x is the matrix.
bool is_pointwise(const ConvGeometry& g) {
  return g.R == 1 && g.S == 1 && g.args.stride_h == 1 && g.args.stride_w == 1 && g.args.padding_h == 0 &&
         g.args.padding_w == 0;
}

/// The weights of one group as a matrix [R S G, K / groups].
Matrix group_weights(const Tensor& w, int64_t group, int64_t groups) {
  const int64_t columns = w.shape()[3] / groups;
  return {w.data() + group * columns, w.shape().rows(), columns, w.shape()[3]};
}

/// y = activation(y + bias) for a block of rows that is still in the cache.
void finish_rows(Real* y, int64_t rows, int64_t channels, int64_t stride, const Real* bias, Activation activation) {
  if (bias == nullptr && activation == Activation::none) return;
  for (int64_t row = 0; row < rows; ++row) {
    Real* const y_row = y + row * stride;
    for (int64_t k = 0; k < channels; ++k) {
      const Real value = y_row[k] + (bias != nullptr ? bias[k] : Real{0});
      y_row[k] = activation == Activation::relu ? std::max(value, Real{0}) : value;
    }
  }
}

/// Copies a run. With three channels it has nine elements, which two overlapping moves copy faster than a call.
void copy_run(const Real* from, int64_t count, Real* to) {
  constexpr int64_t kMove = 8;
  if (count < kMove || count > 2 * kMove) {
    std::copy_n(from, count, to);
    return;
  }
  std::memcpy(to, from, kMove * sizeof(Real));
  std::memcpy(to + count - kMove, from + count - kMove, kMove * sizeof(Real));
}

/// Calls visit(patch element, position in x, count) for each run of taps of the window at (p, q) of image n that are
/// adjacent both in the patch and in x; a position of -1 is a run in the padding. Without gaps between a row's taps
/// (no dilation, no groups) the whole row inside the image is one run.
template <class Visit>
void for_each_run(const ConvGeometry& g, int64_t n, int64_t p, int64_t q, const Visit& visit) {
  const int64_t C = g.C, S = g.S, W = g.W, left = g.column(q, 0);
  for (int64_t r = 0; r < g.R; ++r) {
    const int64_t h = g.row(p, r), row = r * S * g.G, x_row = (n * g.H + h) * W;
    if (h < 0 || h >= g.H) {
      visit(row, -1, S * g.G);
    } else if (g.args.dilation_w == 1 && g.G == C) {
      const int64_t first = std::clamp<int64_t>(-left, 0, S), last = std::clamp<int64_t>(W - left, first, S);
      if (first > 0) visit(row, -1, first * C);
      if (last > first) visit(row + first * C, (x_row + left + first) * C, (last - first) * C);
      if (last < S) visit(row + last * C, -1, (S - last) * C);
    } else {
      for (int64_t s = 0; s < S; ++s) {
        const int64_t v = g.column(q, s);
        visit(row + s * g.G, v >= 0 && v < W ? (x_row + v) * C : -1, g.G);
      }
    }
  }
}

}  // namespace

// [im2col]
void im2col(const ConvGeometry& geometry, const Tensor& x, int64_t first_channel, int64_t begin, int64_t end,
            Real* columns) {
  const ConvGeometry g = geometry;  // a local copy, which writes to the columns cannot alias
  const int64_t D = g.w.rows(), P = g.P, Q = g.Q;
  int64_t n = begin / (P * Q), p = begin / Q % P, q = begin % Q;
  for (Real* patch = columns; patch < columns + (end - begin) * D; patch += D) {
    for_each_run(g, n, p, q, [&](int64_t element, int64_t position, int64_t count) {
      if (position >= 0) {
        copy_run(x.data() + position + first_channel, count, patch + element);
      } else {
        std::fill_n(patch + element, count, Real{0});
      }
    });
    if (++q == Q) q = 0, ++p;
    if (p == P) p = 0, ++n;
  }
}
// [/im2col]

void col2im(const ConvGeometry& geometry, const Real* columns, int64_t first_channel, int64_t n, Tensor& dx) {
  const ConvGeometry g = geometry;  // as above
  const int64_t D = g.w.rows();
  for (int64_t p = 0; p < g.P; ++p) {
    for (int64_t q = 0; q < g.Q; ++q) {
      const Real* const patch = columns + (p * g.Q + q) * D;
      for_each_run(g, n, p, q, [&](int64_t element, int64_t position, int64_t count) {
        if (position < 0) return;
        Real* const to = dx.data() + position + first_channel;
        for (int64_t i = 0; i < count; ++i) to[i] += patch[element + i];
      });
    }
  }
}

namespace {

/// im2col(x) [N P Q, D] times w [D, K], one block of pixels at a time, so that the columns never leave the cache.
template <class Number>
Tensor forward(const ConvGeometry& g, const Tensor& x, const Tensor& w, const Epilogue& epilogue,
               PackedWeights& packed) {
  Tensor y(g.y);
  const int64_t C = g.C, K = g.K, G = g.G, D = g.w.rows(), groups = g.args.groups;
  const int64_t group_outputs = K / groups, pixels = g.y.rows();
  const int64_t in_cache = std::clamp<int64_t>(kBlockNumbers / std::max<int64_t>(D, 1) / 12 * 12, 12, 480);
  const int64_t block = std::max<int64_t>(16, std::min((pixels / 8 + 3) / 4 * 4, in_cache));
  const bool pointwise = is_pointwise(g), share_columns = pixels < 3 * in_cache && D * group_outputs > kManyWeights;
  const Tensor& bias = epilogue.bias;
  const bool sum_up = epilogue.statistics != nullptr && !share_columns;
  ChannelSums sums(K, sum_up ? (pixels + block - 1) / block : 0);

  std::vector<Tensor> weights;  // of each group
  for (int64_t group = 0; group < groups; ++group) {
    weights.push_back(
        packed.part(static_cast<size_t>(group), [&] { return pack<Number>(group_weights(w, group, groups)); }));
  }
  const auto patches = [&](int64_t group, int64_t begin, int64_t end, Tensor& columns) -> Matrix {
    if (pointwise) return {x.data() + begin * C + group * G, end - begin, D, C};
    columns = Tensor({end - begin, D});
    im2col(g, x, group * G, begin, end, columns.data());
    return as_stored(columns);
  };
  const auto finish = [&](int64_t begin, int64_t end, int64_t k, int64_t channels) {
    finish_rows(y.data() + begin * K + k, end - begin, channels, K, bias.defined() ? bias.data() + k : nullptr,
                epilogue.activation);
  };

  for (int64_t group = 0; share_columns && group < groups; ++group) {
    Tensor columns, buffer;
    const auto rows = tile_rows<Number>(patches(group, 0, pixels, columns), 0, pixels, 0, D, buffer);
    const Number* const u = numbers<Number>(weights[static_cast<size_t>(group)]);
    parallel_for(group_outputs, kPanelWidth, [&](int64_t panel, int64_t end) {
      const int64_t k = group * group_outputs + panel;
      multiply_packed_columns(panel, end, pixels, group_outputs, steps<Number>(D), rows, u, y.data() + k, K,
                              Accumulate::no);
      finish(0, pixels, k, end - panel);
    });
  }

  // [conv2d-im2col]
  parallel_for(share_columns ? 0 : pixels, block, [&](int64_t begin, int64_t end) {
    for (int64_t group = 0; group < groups; ++group) {
      Tensor columns, buffer;
      const auto rows = tile_rows<Number>(patches(group, begin, end, columns), 0, end - begin, 0, D, buffer);
      const int64_t k = group * group_outputs;
      multiply_packed(end - begin, group_outputs, steps<Number>(D), rows,
                      numbers<Number>(weights[static_cast<size_t>(group)]), y.data() + begin * K + k, K,
                      Accumulate::no);
      finish(begin, end, k, group_outputs);
    }
    if (sum_up) sums.add_rows(begin / block, y.data() + begin * K, end - begin, K);
  });
  // [/conv2d-im2col]
  if (epilogue.statistics != nullptr) *epilogue.statistics = sum_up ? sums.statistics() : channel_statistics(y);
  return y;
}

template <class Number>
Tensor backward_input(const ConvGeometry& g, const Tensor& dy, const Tensor& w, Tensor sum) {
  const int64_t C = g.C, K = g.K, G = g.G, D = g.w.rows();
  const int64_t group_outputs = K / g.args.groups, pixels = g.P * g.Q;
  const bool pointwise = is_pointwise(g);
  Tensor dx = sum.defined() ? sum : pointwise ? Tensor(g.x) : Tensor::zeros(g.x);

  std::vector<Tensor> packed;  // of each group
  for (int64_t group = 0; group < g.args.groups; ++group) {
    Matrix weights = group_weights(w, group, g.args.groups);
    std::swap(weights.rows, weights.columns);
    weights.transposed = true;
    packed.push_back(pack<Number>(weights));
  }
  // Own an image per thread: patches overlap only within an image.
  parallel_for(g.N, 1, [&](int64_t n, int64_t) {
    for (int64_t group = 0; group < g.args.groups; ++group) {
      Tensor buffer;
      const Number* const u = numbers<Number>(packed[static_cast<size_t>(group)]);
      const Matrix gradients{dy.data() + n * pixels * K + group * group_outputs, pixels, group_outputs, K};
      const auto rows = tile_rows<Number>(gradients, 0, pixels, 0, group_outputs, buffer);
      if (pointwise) {
        multiply_packed(pixels, G, steps<Number>(group_outputs), rows, u, dx.data() + n * pixels * C + group * G, C,
                        sum.defined() ? Accumulate::yes : Accumulate::no);
      } else {
        Tensor columns({pixels, D});
        multiply_packed(pixels, D, steps<Number>(group_outputs), rows, u, columns.data(), D, Accumulate::no);
        col2im(g, columns.data(), group * G, n, dx);
      }
    }
  });
  return dx;
}

Tensor backward_weight(const ConvGeometry& g, const Tensor& dy, const Tensor& x) {
  const int64_t C = g.C, K = g.K, G = g.G, D = g.w.rows();
  const int64_t group_outputs = K / g.args.groups, pixels = g.y.rows();
  const bool pointwise = is_pointwise(g);
  const int64_t chunk = !pointwise ? std::max<int64_t>(1, kChunkNumbers / D) : g.args.groups == 1 ? pixels : kChunkRows;
  Tensor dw = Tensor::zeros(g.w);

  // dw = columns^T dy, summed over chunks of pixels in order.
  for (int64_t begin = 0; begin < pixels; begin += chunk) {
    const int64_t count = std::min(chunk, pixels - begin);
    for (int64_t group = 0; group < g.args.groups; ++group) {
      Matrix columns_t{x.data() + begin * C + group * G, D, count, C, true};
      Tensor columns;
      if (!pointwise) {
        columns = Tensor({count, D});
        parallel_for(count, 64, [&](int64_t from, int64_t to) {
          im2col(g, x, group * G, begin + from, begin + to, columns.data() + from * D);
        });
        columns_t = {columns.data(), D, count, D, true};
      }
      const Matrix gradients{dy.data() + begin * K + group * group_outputs, count, group_outputs, K};
      gemm(columns_t, gradients, dw.data() + group * group_outputs, K, Accumulate::yes, g.precision);
    }
  }
  return dw;
}

}  // namespace

constinit const ConvAlgorithmRow im2col_row = {
    "im2col",
    "nothing",
    [](const ConvGeometry&) { return true; },
    [](const ConvGeometry& g, const Tensor& x, const Tensor& w, const Epilogue& epilogue, PackedWeights& packed) {
      return with_number(g.precision, [&]<class Number>(Number) { return forward<Number>(g, x, w, epilogue, packed); });
    },
    [](const ConvGeometry& g, const Tensor& dy, const Tensor& w, Tensor sum) {
      return with_number(g.precision, [&]<class Number>(Number) { return backward_input<Number>(g, dy, w, sum); });
    },
    backward_weight};

}  // namespace onefold
