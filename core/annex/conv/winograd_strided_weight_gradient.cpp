#include "core/annex/conv/winograd_strided.h"
#include "core/annex/conv/winograd_strided_tiles.h"
#include "core/gemm/gemm_kernel.h"
#include "core/parallel.h"

namespace onefold {

// Legend: x [N, H, W, C], dy [N, P, Q, K], dw [3, 3, C, K]; V, Z the transformed tiles of x and dy, dU = V^T Z.

namespace {

using Transform = StridedTransform;
constexpr int kPoints = Transform::kPoints, kInputs = Transform::kInputs, kWeights = Transform::kWeights;

/// Tiles transformed before they are multiplied: V and Z of a chunk stay in a shared cache.
constexpr int64_t kChunk = 128;

/// Tiles that a thread transforms at a time.
constexpr int64_t kTilesPerTask = 8;

/// Rows of a transformed kernel's gradient that a thread multiplies at a time, in whole register tiles: the middle
/// kernel has 16 of the 81 products, too many for one thread if there are many channels.
constexpr int64_t kRowsPerTask = 96;

/// Rows [begin, end) of dU of kernel (a, b): the sum over all positions that it is multiplied with.
template <class Number>
void multiply(int a, int b, int64_t begin, int64_t end, int64_t tiles, const TilePlanes<Number>& v,
              const TilePlanes<Number>& z, int64_t K, const TilePlanes<Real>& du, Accumulate accumulate) {
  for (int i = 0; i < kInputs; ++i) {
    for (int j = 0; j < kInputs; ++j) {
      if (Transform::weight_of(i) != a || Transform::weight_of(j) != b) continue;
      const int points = Transform::point_of(i) * kPoints + Transform::point_of(j);
      multiply_unpacked(end - begin, K, steps<Number>(tiles), {v.at(i * kInputs + j) + begin, 1, v.row}, z.at(points),
                        z.row, du.at(a * kWeights + b) + begin * du.row, du.row, accumulate);
      accumulate = Accumulate::yes;
    }
  }
}

/// dw from the gradients of the transformed kernels, for every pair of channels.
Tensor transform_back(const TilePlanes<Real>& du, const Shape& w_shape) {
  const int64_t C = w_shape[2], K = w_shape[3];
  Tensor dw(w_shape);
  parallel_for(C, 8, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) {
      const Real* const from = du.at(0) + c * du.row;
      Real* const to = dw.data() + c * K;
      for_each_vector(0, K, [=, plane = du.plane](int64_t k, auto lanes) {
        const auto load_weight = [&](int i, int j) { return load(from + (i * kWeights + j) * plane + k); };
        const auto store_tap = [&](int i, int j, Vec value) { lanes.store(to + (i * 3 + j) * C * K + k, value); };
        transform_tile<kWeights, 3, Transform::kernel_adjoint>(load_weight, store_tap);
      });
    }
  });
  return dw;
}

template <class Number>
Tensor backward_weight_in(const ConvGeometry& g, const Tensor& dy, const Tensor& x) {
  const StridedTiling tiling(g);
  if (tiling.count == 0) return Tensor::zeros(g.w);
  const TiledMap<const Real> inputs = tiling.inputs(x.data()), outputs = tiling.outputs(dy.data());
  const int64_t C = g.C, K = g.K, row_blocks = (C + kRowsPerTask - 1) / kRowsPerTask;
  const TilePlanes<Number> v(kInputs * kInputs, steps<Number>(kChunk), C);
  const TilePlanes<Number> z(kPoints * kPoints, steps<Number>(kChunk), K);
  const TilePlanes<Real> du(kWeights * kWeights, C, K);

  for (int64_t chunk = 0; chunk < tiling.count; chunk += kChunk) {
    const int64_t tiles = std::min(kChunk, tiling.count - chunk);

    // All threads transform the chunk's tiles ...
    parallel_for(tiles, kTilesPerTask, [&](int64_t begin, int64_t end) {
      const auto store_to = [begin](const TilePlanes<Number>& planes) {
        return [&planes, begin](int64_t t, int e, int64_t c, Vec lanes) {
          planes.store_for_tiles(begin + t, e, c, lanes);
        };
      };
      map_to_planes<kInputs, kInputs, Transform::input>(inputs, chunk + begin, chunk + end, store_to(v));
      map_to_planes<Transform::kOutputs, kPoints, Transform::output_adjoint>(outputs, chunk + begin, chunk + end,
                                                                             store_to(z));
    });

    // ... then each owns some rows of some kernels and sums their products in place: no reduction, for any number of
    // threads. The kernels with most products come first.
    const Accumulate accumulate = chunk == 0 ? Accumulate::no : Accumulate::yes;
    parallel_for(kWeights * kWeights * row_blocks, 1, [&](int64_t task, int64_t) {
      const auto kernel = static_cast<int>(kWeights * kWeights - 1 - task / row_blocks);
      const int64_t row = task % row_blocks * kRowsPerTask;
      multiply(kernel / kWeights, kernel % kWeights, row, std::min(C, row + kRowsPerTask), tiles, v, z, K, du,
               accumulate);
    });
  }
  return transform_back(du, g.w);
}

}  // namespace

Tensor winograd_strided_backward_weight(const ConvGeometry& g, const Tensor& dy, const Tensor& x) {
  return with_number(g.precision, [&]<class Number>(Number) { return backward_weight_in<Number>(g, dy, x); });
}

}  // namespace onefold
