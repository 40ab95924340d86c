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

/// Tiles per block: as many as the cache holds, in whole register tiles. Few tiles form a single block, because reading
/// the weights once per block would cost more than the tiles.
constexpr int64_t kFewTiles = 96;
int64_t tiles_per_block(int64_t tiles, int64_t positions, int64_t C, int64_t K) {
  if (tiles <= kFewTiles) return std::max<int64_t>(tiles, 1);
  const int64_t in_cache = std::clamp<int64_t>(kBlockNumbers / (positions * (C + K)) / 12 * 12, 24, 96);
  return std::min(in_cache, (tiles + 3) / 4);
}

/// U = G g G^T of every kernel, packed for the products: one [C, K] matrix per position.
template <int M>
Tensor transform_weights(const Tensor& w) {
  constexpr int kTile = WinogradTransform<M>::kTile, kPositions = kTile * kTile;
  const int64_t C = w.shape()[2], K = w.shape()[3], plane = PackedMatrix::packed_size(C, K);
  Tensor u({kPositions, plane});
  parallel_for(C, 8, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) {
      for_each_vector(0, K, [&](int64_t k, auto lanes) {
        Vec g[9], transformed[kPositions];
        for (int i = 0; i < 9; ++i) g[i] = lanes.load(w.data() + (i * C + c) * K + k);
        along_both_axes<3, kTile, WinogradTransform<M>::kernel>(g, transformed);
        Real* const to = u.data() + packed_offset(C, K, c, k);
        for (int e = 0; e < kPositions; ++e) store(to + e * plane, transformed[e]);
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
template <int M>
Tensor forward(const ConvGeometry& g, const Tensor& x, const Tensor& w, const Epilogue& epilogue,
               PackedWeights& packed) {
  const Accumulate accumulate = epilogue.sum.defined() ? Accumulate::yes : Accumulate::no;
  Tensor y = epilogue.target(g.y);
  const WinogradTiles<M> tiles(g);
  const int64_t C = g.C, K = g.K, positions = tiles.kPositions;
  const Tensor u = packed.part(0, [&] { return transform_weights<M>(w); });
  const int64_t u_plane = PackedMatrix::packed_size(C, K);
  const int64_t T = tiles_per_block(tiles.count, positions, C, K);
  const int64_t v_row = row_stride(C), m_row = row_stride(K);
  const int64_t v_plane = plane_stride(T, v_row), m_plane = plane_stride(T, m_row);
  const bool one_block = tiles.count <= T, sum_up = epilogue.statistics != nullptr && !one_block;
  ChannelSums sums(K, sum_up ? (tiles.count + T - 1) / T : 0);

  // A block of tiles is transformed, multiplied and transformed back while it is in the cache. One or two images form a
  // single block: then the inner loops share its tiles and positions among threads.
  parallel_for(tiles.count, T, [&](int64_t begin, int64_t end) {
    const int64_t count = end - begin, task = one_block ? 4 : count;
    Tensor v({positions * v_plane}), m({positions * m_plane});
    parallel_for(count, task, [&](int64_t from, int64_t to) {
      tiles.transform_inputs(x.data(), begin + from, to - from, v.data() + from * v_row, v_row, v_plane);
    });
    parallel_for(positions, 1, [&](int64_t e, int64_t) {
      multiply_packed(count, K, C, {v.data() + e * v_plane, v_row, 1}, u.data() + e * u_plane, m.data() + e * m_plane,
                      m_row, Accumulate::no);
    });
    parallel_for(count, task, [&](int64_t from, int64_t to) {
      tiles.transform_outputs(m.data() + from * m_row, m_row, m_plane, begin + from, to - from, epilogue.bias.data(),
                              epilogue.activation, accumulate, y.data(), [&](const auto& tile, const Real* outside) {
                                if (sum_up) add_tile(tile, outside, begin / T, sums);
                              });
    });
  });
  if (epilogue.statistics != nullptr) *epilogue.statistics = sum_up ? sums.statistics() : channel_statistics(y);
  return y;
}
// [/winograd-forward]

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
Tensor transform_back(const Tensor& du, int64_t plane, int64_t row, const Shape& w_shape) {
  constexpr int kTile = WinogradTransform<M>::kTile, kPositions = kTile * kTile;
  const int64_t C = w_shape[2], K = w_shape[3];
  Tensor dw(w_shape);
  parallel_for(C, 8, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) {
      for_each_vector(0, K, [&](int64_t k, auto lanes) {
        Vec gradient[kPositions], g[9];
        for (int e = 0; e < kPositions; ++e) gradient[e] = load(du.data() + e * plane + c * row + k);
        along_both_axes<kTile, 3, WinogradTransform<M>::kernel_adjoint>(gradient, g);
        for (int i = 0; i < 9; ++i) lanes.store(dw.data() + (i * C + c) * K + k, g[i]);
      });
    }
  });
  return dw;
}

template <int M>
Tensor backward_weight(const ConvGeometry& g, const Tensor& dy, const Tensor& x) {
  const WinogradTiles<M> tiles(g);
  const int64_t C = g.C, K = g.K, positions = tiles.kPositions;
  const int64_t v_row = row_stride(C), z_row = row_stride(K);
  const int64_t v_plane = plane_stride(kChunk, v_row), z_plane = plane_stride(kChunk, z_row);
  const int64_t u_plane = plane_stride(C, z_row);
  Tensor v({positions * v_plane}), z({positions * z_plane}), du = Tensor::zeros({positions * u_plane});

  for (int64_t begin = 0; begin < tiles.count; begin += kChunk) {
    const int64_t count = std::min(kChunk, tiles.count - begin);

    // All threads transform the chunk's tiles ...
    parallel_for(count, kTilesPerTask, [&](int64_t from, int64_t to) {
      tiles.transform_inputs(x.data(), begin + from, to - from, v.data() + from * v_row, v_row, v_plane);
      tiles.transform_output_gradients(dy.data(), begin + from, to - from, z.data() + from * z_row, z_row, z_plane);
    });

    // ... then each owns some positions and sums their products in place: no reduction, for any number of threads.
    parallel_for(positions, 1, [&](int64_t e, int64_t) {
      multiply_unpacked(C, K, count, {v.data() + e * v_plane, 1, v_row}, z.data() + e * z_plane, z_row,
                        du.data() + e * u_plane, z_row, Accumulate::yes);
    });
  }
  return transform_back<M>(du, u_plane, z_row, g.w);
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
