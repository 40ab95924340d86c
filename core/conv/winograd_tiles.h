#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>

#include "core/conv/conv_types.h"
#include "core/conv/winograd_transforms.h"
#include "core/gemm/gemm_kernel.h"
#include "core/vector_loop.h"

namespace onefold {

// The tiles of a Winograd convolution and their place in the images, for the library's own .cpp files.
//
//   N H W C   input, P Q K   output, padding included; M x M outputs and kTile x kTile inputs per tile
//   V, Z      transformed tiles, one plane per position (kTile^2 of them): [position][tile][channel]

/// The address of each pixel of a square of an image. Pixels outside the image point to a pixel of zeros, so that the
/// loops over channels need no branches.
template <int Side, class Number>
struct Patch {
  Number* pixel[Side][Side];
};

/// Calls function(tile, its place, the place two tiles ahead) for `count` tiles. The tile two ahead is prefetched while
/// this one is processed: the feature maps of a batch exceed the second-level cache, and the hardware prefetcher does
/// not recognise the access pattern of a tile's rows.
template <class Place, class Function>
inline void for_each_tile(int64_t count, const Place& place, const Function& function) {
  auto here = place(0), next = place(std::min<int64_t>(1, count - 1));
  for (int64_t t = 0; t < count; ++t) {
    const auto after = place(std::min(t + 2, count - 1));
    function(t, here, after);
    here = next;
    next = after;
  }
}

/// Elements from one plane to the next: one cache line more than the tiles need, so that 36 planes do not map to the
/// same cache sets.
inline int64_t plane_stride(int64_t tiles, int64_t row) {
  return tiles * row + static_cast<int64_t>(kBufferAlignment / sizeof(Real));
}

/// Elements from one tile to the next: an odd number of vectors, so that the same channels of many tiles do not map to
/// the same cache sets.
inline int64_t row_stride(int64_t channels) { return (whole_vectors(channels) / kLanes | 1) * kLanes; }

/// Transformed tiles as a product reads them: [position][tile][channel]. In bfloat16 a Number is a pair: of channels if
/// the product sums over channels, [position][tile][pair]; of tiles if it sums over tiles, [position][pair][channel].
template <class Number>
struct TilePlanes {
  /// Planes of `rows` x `columns` Numbers.
  TilePlanes(int64_t positions, int64_t rows, int64_t columns)
      : row(row_stride(columns)), plane(plane_stride(rows, row)), values({positions * plane}) {}

  /// The first Number of a position's plane.
  Number* at(int64_t position) const { return numbers<Number>(values) + position * plane; }

  /// Stores the channels from `channel` on of a tile, for a product that sums over channels.
  void store_for_channels(int64_t tile, int64_t position, int64_t channel, Vec lanes) const {
    using Element = std::conditional_t<std::is_same_v<Number, Real>, Real, Bf16>;
    store(reinterpret_cast<Element*>(at(position) + tile * row) + channel, lanes);
  }

  /// The same for one that sums over tiles. Of a pair, the even tile comes first.
  void store_for_tiles(int64_t tile, int64_t position, int64_t channel, Vec lanes) const {
    store_step(at(position) + tile / kStepDepth<Number> * row + channel, tile, lanes);
  }

  int64_t row, plane;
  Tensor values;
};

template <int M>
struct WinogradTiles {
  static constexpr int kTile = WinogradTransform<M>::kTile;
  static constexpr int kPositions = kTile * kTile;

  explicit WinogradTiles(const ConvGeometry& geometry)
      : g(geometry), tile_rows((g.P + M - 1) / M), tile_columns((g.Q + M - 1) / M),
        count(g.N * tile_rows * tile_columns), zeros(Tensor::zeros({std::max(g.C, g.K)})) {}

  /// B^T d B of `tiles` tiles of x from tile `first` on, to store_at(tile, position, channel, values); the tile counts
  /// from `first`.
  template <class Store>
  void transform_inputs(const Real* x, int64_t first, int64_t tiles, const Store& store_at) const {
    const auto place = [&](int64_t t) { return input_patch(x, first + t); };
    for_each_tile(tiles, place, [&](int64_t t, const Patch<kTile, const Real>& here, const auto& after) {
      for_each_vector(0, g.C, [&](int64_t c, auto lanes) {
        Vec half[kTile][kTile];  // B^T d
#pragma GCC unroll 6
        for (int j = 0; j < kTile; ++j) {
          Vec d[kTile], transformed[kTile];
#pragma GCC unroll 6
          for (int i = 0; i < kTile; ++i) d[i] = lanes.load(here.pixel[i][j] + c);
          // The columns shared with the previous tile have been prefetched already.
          if (j >= 2) prefetch_column(after, j, c);
          WinogradTransform<M>::input(d, 1, transformed, 1);
#pragma GCC unroll 6
          for (int i = 0; i < kTile; ++i) half[i][j] = transformed[i];
        }
#pragma GCC unroll 6
        for (int i = 0; i < kTile; ++i) {
          Vec transformed[kTile];
          WinogradTransform<M>::input(half[i], 1, transformed, 1);
#pragma GCC unroll 6
          for (int j = 0; j < kTile; ++j) store_at(t, i * kTile + j, c, transformed[j]);
        }
      });
    });
  }

  /// A dy A^T of tiles of dy, zero outside the feature map, likewise.
  template <class Store>
  void transform_output_gradients(const Real* dy, int64_t first, int64_t tiles, const Store& store_at) const {
    const auto place = [&](int64_t t) { return output_patch(dy, first + t, zeros.data()); };
    for_each_tile(tiles, place, [&](int64_t t, const Patch<M, const Real>& here, const auto& after) {
      for_each_vector(0, g.K, [&](int64_t k, auto lanes) {
        Vec half[kTile][M];  // A dy
#pragma GCC unroll 4
        for (int j = 0; j < M; ++j) {
          Vec gradient[M], transformed[kTile];
#pragma GCC unroll 4
          for (int i = 0; i < M; ++i) gradient[i] = lanes.load(here.pixel[i][j] + k);
          prefetch_column(after, j, k);
          WinogradTransform<M>::output_adjoint(gradient, 1, transformed, 1);
#pragma GCC unroll 6
          for (int i = 0; i < kTile; ++i) half[i][j] = transformed[i];
        }
#pragma GCC unroll 6
        for (int i = 0; i < kTile; ++i) {
          Vec transformed[kTile];
          WinogradTransform<M>::output_adjoint(half[i], 1, transformed, 1);
#pragma GCC unroll 6
          for (int j = 0; j < kTile; ++j) store_at(t, i * kTile + j, k, transformed[j]);
        }
      });
    });
  }

  /// activation(A^T m A + bias) of `tiles` tiles of `products` from number `from` on to those of y from `first` on. If
  /// the epilogue has a sum, which is y, A^T m A is added to it instead. `finished` is then called with each tile's
  /// pixels of y.
  template <class Finished>
  void transform_outputs(const TilePlanes<Real>& products, int64_t from, int64_t first, int64_t tiles,
                         const Epilogue& epilogue, Real* y, const Finished& finished) const {
    const Real* const bias = epilogue.bias.data();
    const bool accumulate = epilogue.sum.defined(), relu = epilogue.activation == Activation::relu;
    // Outputs outside the feature map are written to a pixel that is never read.
    Tensor outside({g.K});
    const auto place = [&](int64_t t) { return output_patch(y, first + t, outside.data()); };
    for_each_tile(tiles, place, [&](int64_t t, const Patch<M, Real>& here, const auto& after) {
      const Real* const tile = products.at(0) + (from + t) * products.row;
      for_each_vector(0, g.K, [&, plane = products.plane](int64_t k, auto lanes) {
        Vec half[M][kTile];  // A^T m
#pragma GCC unroll 6
        for (int j = 0; j < kTile; ++j) {
          Vec m[kTile], transformed[M];
#pragma GCC unroll 6
          for (int i = 0; i < kTile; ++i) m[i] = load(tile + (i * kTile + j) * plane + k);
          if (j < M) prefetch_column(after, j, k);
          WinogradTransform<M>::output(m, 1, transformed, 1);
#pragma GCC unroll 4
          for (int i = 0; i < M; ++i) half[i][j] = transformed[i];
        }
        const Vec shift = bias != nullptr ? lanes.load(bias + k) : Vec{};
#pragma GCC unroll 4
        for (int i = 0; i < M; ++i) {
          Vec transformed[M];
          WinogradTransform<M>::output(half[i], 1, transformed, 1);
#pragma GCC unroll 4
          for (int j = 0; j < M; ++j) {
            Real* const to = here.pixel[i][j] + k;
            const Vec value = transformed[j] + (accumulate ? lanes.load(to) : shift);
            lanes.store(to, relu ? max(value, Vec{}) : value);
          }
        }
      });
      finished(here, outside.data());
    });
  }

  const ConvGeometry& g;
  int64_t tile_rows, tile_columns, count;
  Tensor zeros;  // a pixel of the padding

 private:
  /// Where tile t begins in the output; its inputs begin `padding` before that.
  struct Corner {
    int64_t n, p, q;
  };
  Corner corner(int64_t t) const {
    return {t / (tile_rows * tile_columns), t / tile_columns % tile_rows * M, t % tile_columns * M};
  }

  /// A square of pixels of image n of a [.., height, width, channels] feature map; `outside` for pixels beyond its
  /// edges.
  template <int Side, class Number>
  static Patch<Side, Number> patch(Number* map, int64_t n, int64_t height, int64_t width, int64_t channels, int64_t top,
                                   int64_t left, Number* outside) {
    Patch<Side, Number> patch;
    for (int i = 0; i < Side; ++i) {
      const int64_t h = top + i;
      Number* const row = map + ((n * height + h) * width + left) * channels;
      for (int j = 0; j < Side; ++j) {
        const bool inside = h >= 0 && h < height && left + j >= 0 && left + j < width;
        patch.pixel[i][j] = inside ? row + j * channels : outside;
      }
    }
    return patch;
  }

  Patch<kTile, const Real> input_patch(const Real* x, int64_t t) const {
    const Corner at = corner(t);
    return patch<kTile>(x, at.n, g.H, g.W, g.C, g.row(at.p, 0), g.column(at.q, 0), std::as_const(zeros).data());
  }

  template <class Number>
  Patch<M, Number> output_patch(Number* y, int64_t t, Number* outside) const {
    const Corner at = corner(t);
    return patch<M>(y, at.n, g.P, g.Q, g.K, at.p, at.q, outside);
  }

  template <int Side, class Number>
  static void prefetch_column(const Patch<Side, Number>& patch, int j, int64_t channel) {
#pragma GCC unroll 6
    for (int i = 0; i < Side; ++i) __builtin_prefetch(patch.pixel[i][j] + channel);
  }
};

}  // namespace onefold
