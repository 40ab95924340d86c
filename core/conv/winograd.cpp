#include "core/conv/winograd.h"

#include "core/conv/winograd_tiles.h"
#include "core/gemm/gemm_kernel.h"
#include "core/ops/channel_sums.h"
#include "core/parallel.h"

namespace onefold {

// Legend: x [N, H, W, C], w [3, 3, C, K], y [N, P, Q, K]; T tiles per block; U, V, M the transformed weights,
// inputs and products. For the gradient of w: Z the transformed tiles of dy, dU = V^T Z.

namespace {

/// Maximum elements of a block's V and M together: they stay in a second-level cache of 512 KiB or more.
constexpr int64_t kBlockNumbers = 192 * 1024;

/// Tiles per block: as many as the cache holds, in whole register tiles. Few tiles form a single block if there are
/// more transformed weights than this, because reading them once per block would cost more than the tiles.
constexpr int64_t kFewTiles = 96, kManyWeights = 128 * 1024;
int64_t tiles_per_block(int64_t tiles, int64_t positions, int64_t C, int64_t K) {
  if (tiles <= kFewTiles && positions * C * K > kManyWeights) return std::max<int64_t>(tiles, 1);
  const int64_t in_cache = std::clamp<int64_t>(kBlockNumbers / (positions * (C + K)) / 12 * 12, 24, 96);
  return std::clamp<int64_t>((tiles + 3) / 4, 1, in_cache);
}

/// U = G g G^T of every kernel, packed for the products: one [C, K] matrix per position.
template <int M, class Number>
Tensor transform_weights(const Tensor& w) {
  constexpr int kTile = WinogradTransform<M>::kTile, kPositions = kTile * kTile;
  const int64_t C = w.shape()[2], K = w.shape()[3], depth = steps<Number>(C), plane = packed_size(depth, K);
  Tensor u({kPositions, plane});
  parallel_for(C, 8, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) {
      for_each_vector(0, K, [&](int64_t k, auto lanes) {
        Vec g[9], transformed[kPositions];
        for (int i = 0; i < 9; ++i) g[i] = lanes.load(w.data() + (i * C + c) * K + k);
        along_both_axes<3, kTile, WinogradTransform<M>::kernel>(g, transformed);
        Number* const to = numbers<Number>(u) + packed_offset(depth, K, c / kStepDepth<Number>, k);
        for (int e = 0; e < kPositions; ++e) store_step(to + e * plane, c, transformed[e]);
      });
    }
  });
  return u;
}

/// Adds those pixels of a tile that are inside the feature map to a block's sums.
template <int M>
void add_tile(const Patch<M, Real>& tile, const Real* outside, int64_t block, ChannelSums& sums) {
  const Real* inside[M * M];
  int64_t count = 0;
  for (const auto& row : tile.pixel) {
    for (const Real* pixel : row) {
      if (pixel != outside) inside[count++] = pixel;
    }
  }
  sums.add(block, inside, count);
}

// [winograd-forward]
template <int M, class Number>
Tensor forward_in(const ConvGeometry& g, const Tensor& x, const Tensor& w, const Epilogue& epilogue,
                  PackedWeights& packed) {
  Tensor y = epilogue.target(g.y);
  const WinogradTiles<M> tiles(g);
  const int64_t C = g.C, K = g.K, positions = tiles.kPositions;
  const int64_t depth = steps<Number>(C), u_plane = packed_size(depth, K);
  const Tensor u = packed.part(0, [&] { return transform_weights<M, Number>(w); });
  const int64_t T = tiles_per_block(tiles.count, positions, depth, K);
  const bool one_block = tiles.count <= T, sum_up = epilogue.statistics != nullptr && !one_block;
  ChannelSums sums(K, sum_up ? (tiles.count + T - 1) / T : 0);

  // A block of tiles is transformed, multiplied and transformed back while it is in the cache. A single block's inner
  // loops share its tiles and positions among threads.
  parallel_for(tiles.count, T, [&](int64_t begin, int64_t end) {
    const int64_t count = end - begin, task = one_block ? (count + 7) / 8 : count;
    const TilePlanes<Number> v(positions, count, depth);
    const TilePlanes<Real> m(positions, count, K);
    parallel_for(count, task, [&](int64_t from, int64_t to) {
      tiles.transform_inputs(x.data(), begin + from, to - from, [&v, from](int64_t t, int e, int64_t c, Vec lanes) {
        v.store_for_channels(from + t, e, c, lanes);
      });
    });
    parallel_for(positions, 1, [&](int64_t e, int64_t) {
      multiply_packed(count, K, depth, {v.at(e), v.row, 1}, numbers<Number>(u) + e * u_plane, m.at(e), m.row,
                      Accumulate::no);
    });
    parallel_for(count, task, [&](int64_t from, int64_t to) {
      tiles.transform_outputs(m, from, begin + from, to - from, epilogue, y.data(),
                              [&](const auto& tile, const Real* outside) {
                                if (sum_up) add_tile(tile, outside, begin / T, sums);
                              });
    });
  });
  if (epilogue.statistics != nullptr) *epilogue.statistics = sum_up ? sums.statistics() : channel_statistics(y);
  return y;
}
// [/winograd-forward]

template <int M>
Tensor forward(const ConvGeometry& g, const Tensor& x, const Tensor& w, const Epilogue& epilogue,
               PackedWeights& packed) {
  return with_number(g.precision,
                     [&]<class Number>(Number) { return forward_in<M, Number>(g, x, w, epilogue, packed); });
}

template <int M>
Tensor backward_input(const ConvGeometry& g, const Tensor& dy, const Tensor& w, Tensor sum) {
  Conv2dArgs args = g.args;
  args.padding_h = 2 - args.padding_h;
  args.padding_w = 2 - args.padding_w;
  const Tensor rotated = rotate_weights(w);
  PackedWeights once;
  return forward<M>(ConvGeometry(g.y, rotated.shape(), args), dy, rotated, {.sum = std::move(sum)}, once);
}

/// Tiles transformed before they are multiplied: V and Z of a chunk stay in a shared cache, and a position's plane of
/// 64 channels, 32 KiB of floats, in a core's first-level cache.
constexpr int64_t kChunk = 128;

/// Tiles that a thread transforms at a time.
constexpr int64_t kTilesPerTask = 8;

/// dw = G^T dU G for every pair of channels.
template <int M>
Tensor transform_back(const TilePlanes<Real>& du, const Shape& w_shape) {
  constexpr int kTile = WinogradTransform<M>::kTile, kPositions = kTile * kTile;
  const int64_t C = w_shape[2], K = w_shape[3];
  Tensor dw(w_shape);
  parallel_for(C, 8, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) {
      for_each_vector(0, K, [&](int64_t k, auto lanes) {
        Vec gradient[kPositions], g[9];
        for (int e = 0; e < kPositions; ++e) gradient[e] = load(du.at(e) + c * du.row + k);
        along_both_axes<kTile, 3, WinogradTransform<M>::kernel_adjoint>(gradient, g);
        for (int i = 0; i < 9; ++i) lanes.store(dw.data() + (i * C + c) * K + k, g[i]);
      });
    }
  });
  return dw;
}

template <int M, class Number>
Tensor backward_weight_in(const ConvGeometry& g, const Tensor& dy, const Tensor& x) {
  const WinogradTiles<M> tiles(g);
  const int64_t C = g.C, K = g.K, positions = tiles.kPositions;
  const TilePlanes<Number> v(positions, steps<Number>(kChunk), C), z(positions, steps<Number>(kChunk), K);
  const TilePlanes<Real> du(positions, C, K);
  if (tiles.count == 0) return Tensor::zeros(g.w);

  for (int64_t begin = 0; begin < tiles.count; begin += kChunk) {
    const int64_t count = std::min(kChunk, tiles.count - begin);

    // All threads transform the chunk's tiles ...
    parallel_for(count, kTilesPerTask, [&](int64_t from, int64_t to) {
      const auto store_to = [from](const TilePlanes<Number>& planes) {
        return
            [&planes, from](int64_t t, int e, int64_t c, Vec lanes) { planes.store_for_tiles(from + t, e, c, lanes); };
      };
      tiles.transform_inputs(x.data(), begin + from, to - from, store_to(v));
      tiles.transform_output_gradients(dy.data(), begin + from, to - from, store_to(z));
    });

    // ... then each owns some positions and sums their products in place: no reduction, for any number of threads.
    parallel_for(positions, 1, [&](int64_t e, int64_t) {
      multiply_unpacked(C, K, steps<Number>(count), {v.at(e), 1, v.row}, z.at(e), z.row, du.at(e), du.row,
                        begin > 0 ? Accumulate::yes : Accumulate::no);
    });
  }
  return transform_back<M>(du, g.w);
}

template <int M>
Tensor backward_weight(const ConvGeometry& g, const Tensor& dy, const Tensor& x) {
  return with_number(g.precision, [&]<class Number>(Number) { return backward_weight_in<M, Number>(g, dy, x); });
}

constexpr const char* kNeeds = "a 3x3 kernel, stride 1, dilation 1, padding of at most 2 and one group";
bool supports_stride_1(const ConvGeometry& g) { return fits_winograd(g, 1); }

}  // namespace

Tensor rotate_weights(const Tensor& w) {
  constexpr int64_t kBlock = 16;  // both sides of a transposed block fit the first-level cache
  const int64_t C = w.shape()[2], K = w.shape()[3];
  Tensor rotated({3, 3, K, C});
  const int64_t blocks = (K + kBlock - 1) / kBlock;
  parallel_for(9 * blocks, 1, [&](int64_t index, int64_t) {
    const int64_t tap = index / blocks, first = index % blocks * kBlock;
    const Real* const from = w.data() + (8 - tap) * C * K;
    Real* const to = rotated.data() + tap * K * C;
    for (int64_t c = 0; c < C; ++c) {
      for (int64_t k = first; k < std::min(K, first + kBlock); ++k) to[k * C + c] = from[c * K + k];
    }
  });
  return rotated;
}

constinit const ConvAlgorithmRow winograd2_row = {
    "Winograd F(2x2,3x3)", kNeeds, supports_stride_1, forward<2>, backward_input<2>, backward_weight<2>};
constinit const ConvAlgorithmRow winograd4_row = {
    "Winograd F(4x4,3x3)", kNeeds, supports_stride_1, forward<4>, backward_input<4>, backward_weight<4>};

}  // namespace onefold
