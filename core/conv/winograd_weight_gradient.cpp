#include "core/conv/winograd.h"
#include "core/conv/winograd_tiles.h"
#include "core/gemm/gemm_kernel.h"
#include "core/parallel.h"

namespace onefold {

// Legend: x [N, H, W, C], dy [N, P, Q, K], dw [3, 3, C, K]; V, Z the transformed tiles of x and dy, dU = V^T Z.

namespace {

/// Tiles that are transformed before they are multiplied: V and Z of a chunk stay in a shared cache, and a position's
/// plane of 64 channels, 32 KiB of floats, in a core's first.
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

}  // namespace

template <int M>
Tensor winograd_backward_weight(const ConvGeometry& g, const Tensor& dy, const Tensor& x) {
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

    // ... then each owns some positions, whose products add up in place: no reduction, whatever the number of threads.
    parallel_for(positions, 1, [&](int64_t e, int64_t) {
      multiply_unpacked(C, K, count, {v.data() + e * v_plane, 1, v_row}, z.data() + e * z_plane, z_row,
                        du.data() + e * u_plane, z_row, Accumulate::yes);
    });
  }
  return transform_back<M>(du, u_plane, z_row, g.w);
}

template Tensor winograd_backward_weight<2>(const ConvGeometry& g, const Tensor& dy, const Tensor& x);
template Tensor winograd_backward_weight<4>(const ConvGeometry& g, const Tensor& dy, const Tensor& x);

}  // namespace onefold
