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

/// Numbers of columns that a block of pixels may take: half of a second-level cache of 512 KiB and more.
constexpr int64_t kBlockNumbers = 64 * 1024;

/// Blocks of pixels from which on they are shared out among threads; fewer are left to the columns of the weights.
constexpr int64_t kManyBlocks = 3;

/// Numbers of columns that a chunk of a weight gradient may take: well within a shared cache.
constexpr int64_t kChunkNumbers = 2 * 1024 * 1024;

/// A 1x1 convolution at stride 1 needs no columns: x is the matrix.
bool is_pointwise(const Shape& w, const Conv2dArgs& args) {
  return w[0] == 1 && w[1] == 1 && args.stride_h == 1 && args.stride_w == 1 && args.padding_h == 0 &&
         args.padding_w == 0;
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

/// Copies a run. Those of three channels are nine numbers long, which two overlapping moves do sooner than a call.
void copy_run(const Real* from, int64_t count, Real* to) {
  constexpr int64_t kMove = 8;
  if (count < kMove || count > 2 * kMove) {
    std::copy_n(from, count, to);
    return;
  }
  std::memcpy(to, from, kMove * sizeof(Real));
  std::memcpy(to + count - kMove, from + count - kMove, kMove * sizeof(Real));
}

/// How windows lie over images: sizes and strides read out of their shapes once, for loops over many pixels.
struct Windows {
  Windows(const Shape& x, const Shape& w, const Conv2dArgs& how)
      : H(x[1]), W(x[2]), C(x[3]), R(w[0]), S(w[1]), G(w[2]), args(how) {
    const Shape y = conv2d_output_shape(x, w, args);
    P = y[1], Q = y[2];
  }

  /// Calls visit(patch element, position in x, numbers) for each run of taps of the window at (p, q) of image n that
  /// stand side by side both in the patch and in x; a position of -1 is a run in the padding. Without gaps between a
  /// row's taps (no dilation, no groups) the whole row inside the image is one run.
  template <class Visit>
  void for_each_run(int64_t n, int64_t p, int64_t q, const Visit& visit) const {
    const int64_t left = q * args.stride_w - args.padding_w;
    for (int64_t r = 0; r < R; ++r) {
      const int64_t h = p * args.stride_h + r * args.dilation_h - args.padding_h;
      const int64_t row = r * S * G, x_row = (n * H + h) * W;
      if (h < 0 || h >= H) {
        visit(row, -1, S * G);
      } else if (args.dilation_w == 1 && G == C) {
        const int64_t first = std::clamp<int64_t>(-left, 0, S), last = std::clamp<int64_t>(W - left, first, S);
        if (first > 0) visit(row, -1, first * C);
        if (last > first) visit(row + first * C, (x_row + left + first) * C, (last - first) * C);
        if (last < S) visit(row + last * C, -1, (S - last) * C);
      } else {
        for (int64_t s = 0; s < S; ++s) {
          const int64_t v = left + s * args.dilation_w;
          visit(row + s * G, v >= 0 && v < W ? (x_row + v) * C : -1, G);
        }
      }
    }
  }

  int64_t H, W, C, R, S, G, P, Q;
  Conv2dArgs args;
};

}  // namespace

// [im2col]
void im2col(const Tensor& x, const Shape& w_shape, const Conv2dArgs& args, int64_t first_channel, int64_t begin,
            int64_t end, Real* columns) {
  const Windows windows(x.shape(), w_shape, args);
  const int64_t D = w_shape.rows(), P = windows.P, Q = windows.Q;
  int64_t n = begin / (P * Q), p = begin / Q % P, q = begin % Q;
  for (Real* patch = columns; patch < columns + (end - begin) * D; patch += D) {
    windows.for_each_run(n, p, q, [&](int64_t element, int64_t position, int64_t count) {
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

void col2im(const Real* columns, const Shape& w_shape, const Conv2dArgs& args, int64_t first_channel, int64_t n,
            Tensor& dx) {
  const Windows windows(dx.shape(), w_shape, args);
  const int64_t D = w_shape.rows();
  for (int64_t p = 0; p < windows.P; ++p) {
    for (int64_t q = 0; q < windows.Q; ++q) {
      const Real* const patch = columns + (p * windows.Q + q) * D;
      windows.for_each_run(n, p, q, [&](int64_t element, int64_t position, int64_t count) {
        if (position < 0) return;
        Real* const to = dx.data() + position + first_channel;
        for (int64_t i = 0; i < count; ++i) to[i] += patch[element + i];
      });
    }
  }
}

Tensor conv2d_im2col(const Tensor& x, const Tensor& w, const Conv2dArgs& args, PackedWeights& packed,
                     const Tensor& bias, Activation activation, ChannelStatistics* statistics) {
  Tensor y(conv2d_output_shape(x.shape(), w.shape(), args));
  const int64_t C = x.shape()[3], K = w.shape()[3], D = w.shape().rows(), G = w.shape()[2];
  const int64_t group_outputs = K / args.groups, pixels = y.shape().rows();
  const int64_t block = std::clamp<int64_t>(kBlockNumbers / std::max<int64_t>(D, 1) / 12 * 12, 12, 480);
  const bool pointwise = is_pointwise(w.shape(), args), few_blocks = pixels < kManyBlocks * block;
  ChannelSums sums(K, statistics != nullptr ? (pixels + block - 1) / block : 0);

  for (int64_t g = 0; g < args.groups; ++g) {
    const Tensor weights =
        packed.part(static_cast<size_t>(g), [&] { return PackedMatrix(group_weights(w, g, args.groups)).values(); });
    const Real* const group_bias = bias.defined() ? bias.data() + g * group_outputs : nullptr;
    Real* const group_y = y.data() + g * group_outputs;
    const auto patches = [&](int64_t begin, int64_t end, Tensor& columns) -> TileRows {
      if (pointwise) return {x.data() + begin * C + g * G, C, 1};
      if (!columns.defined()) columns = Tensor({end - begin, D});
      im2col(x, w.shape(), args, g * G, begin, end, columns.data());
      return {columns.data(), D, 1};
    };

    if (few_blocks) {
      // Of an image or two there are few pixels to share out, and reading the weights takes the time: share out those.
      Tensor columns;
      const TileRows rows = patches(0, pixels, columns);
      parallel_for(group_outputs, kPanelWidth, [&](int64_t panel, int64_t end) {
        multiply_packed_panel(panel, pixels, group_outputs, D, rows, weights.data(), group_y, K, Accumulate::no);
        finish_rows(group_y + panel, pixels, end - panel, K, group_bias != nullptr ? group_bias + panel : nullptr,
                    activation);
      });
      continue;
    }

    // [conv2d-im2col]
    parallel_for(pixels, block, [&](int64_t begin, int64_t end) {
      Tensor columns;
      const TileRows rows = patches(begin, end, columns);
      Real* const y_block = group_y + begin * K;
      multiply_packed(end - begin, group_outputs, D, rows, weights.data(), y_block, K, Accumulate::no);
      finish_rows(y_block, end - begin, group_outputs, K, group_bias, activation);
      // The last group completes the block's pixels.
      if (statistics != nullptr && g + 1 == args.groups) {
        sums.add_rows(begin / block, y.data() + begin * K, end - begin, K);
      }
    });
    // [/conv2d-im2col]
  }
  if (statistics != nullptr) *statistics = few_blocks ? channel_statistics(y) : sums.statistics();
  return y;
}

Tensor conv2d_im2col_backward_input(const Tensor& dy, const Tensor& w, const Shape& x_shape, const Conv2dArgs& args,
                                    const Tensor& sum) {
  const int64_t C = x_shape[3], K = w.shape()[3], D = w.shape().rows(), G = w.shape()[2];
  const int64_t group_outputs = K / args.groups, pixels = dy.shape()[1] * dy.shape()[2];
  const bool pointwise = is_pointwise(w.shape(), args);
  Tensor dx = sum.defined() ? sum : pointwise ? Tensor(x_shape) : Tensor::zeros(x_shape);

  for (int64_t g = 0; g < args.groups; ++g) {
    Matrix weights = group_weights(w, g, args.groups);
    std::swap(weights.rows, weights.columns);
    weights.transposed = true;
    const PackedMatrix packed(weights);
    // Own an image per thread: patches of one image overlap, those of two never do.
    parallel_for(x_shape[0], 1, [&](int64_t n, int64_t) {
      const TileRows gradients{dy.data() + n * pixels * K + g * group_outputs, K, 1};
      if (pointwise) {
        multiply_packed(pixels, G, group_outputs, gradients, packed.data(), dx.data() + n * pixels * C + g * G, C,
                        sum.defined() ? Accumulate::yes : Accumulate::no);
      } else {
        Tensor columns({pixels, D});
        multiply_packed(pixels, D, group_outputs, gradients, packed.data(), columns.data(), D, Accumulate::no);
        col2im(columns.data(), w.shape(), args, g * G, n, dx);
      }
    });
  }
  return dx;
}

Tensor conv2d_im2col_backward_weight(const Tensor& dy, const Tensor& x, const Shape& w_shape, const Conv2dArgs& args) {
  const int64_t C = x.shape()[3], K = w_shape[3], D = w_shape.rows(), G = w_shape[2];
  const int64_t group_outputs = K / args.groups, pixels = dy.shape().rows();
  const int64_t chunk = is_pointwise(w_shape, args) ? pixels : std::max<int64_t>(1, kChunkNumbers / D);
  Tensor dw = Tensor::zeros(w_shape);

  // dw = columns^T dy, summed over chunks of pixels in their order.
  for (int64_t g = 0; g < args.groups; ++g) {
    for (int64_t begin = 0; begin < pixels; begin += chunk) {
      const int64_t count = std::min(chunk, pixels - begin);
      Matrix columns_t{x.data() + begin * C + g * G, D, count, C, true};
      Tensor columns;
      if (!is_pointwise(w_shape, args)) {
        columns = Tensor({count, D});
        parallel_for(count, 64, [&](int64_t from, int64_t to) {
          im2col(x, w_shape, args, g * G, begin + from, begin + to, columns.data() + from * D);
        });
        columns_t = {columns.data(), D, count, D, true};
      }
      const Matrix gradients{dy.data() + begin * K + g * group_outputs, count, group_outputs, K};
      gemm(columns_t, gradients, dw.data() + g * group_outputs, K, Accumulate::yes);
    }
  }
  return dw;
}

}  // namespace onefold
