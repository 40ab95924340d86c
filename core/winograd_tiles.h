#pragma once

#include <algorithm>

#include "core/conv2d.h"
#include "core/vector_loop.h"
#include "core/winograd_transforms.h"

namespace onefold {

// How the tiles of a Winograd convolution lie over images, for the library's own .cpp files.
//
//   N H W C   input, P Q K   output, padding included; M x M outputs and kTile x kTile inputs a tile
//   V, Z      transformed tiles, a plane for each of the kTile^2 positions: [position][tile][channel]

inline int64_t round_up(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

template <int M>
struct WinogradTiles {
  static constexpr int kTile = WinogradTransform<M>::kTile;
  static constexpr int kPositions = kTile * kTile;

  WinogradTiles(const Shape& x, const Shape& y, const Conv2dArgs& args)
      : H(x[1]), W(x[2]), C(x[3]), P(y[1]), Q(y[2]), K(y[3]), padding_h(args.padding_h), padding_w(args.padding_w),
        tile_rows((P + M - 1) / M), tile_columns((Q + M - 1) / M), count(x[0] * tile_rows * tile_columns) {}

  /// Where tile t begins in the output; its inputs begin `padding` before that.
  struct Place {
    int64_t n, p, q;
  };
  Place place(int64_t t) const {
    return {t / (tile_rows * tile_columns), t / tile_columns % tile_rows * M, t % tile_columns * M};
  }

  /// B^T d B of tile t of x, zero outside the image, to v[position * plane + channel].
  void transform_input(const Real* x, int64_t t, Real* v, int64_t plane) const {
    const Place at = place(t);
    const int64_t top = at.p - padding_h, left = at.q - padding_w;
    const bool interior = top >= 0 && left >= 0 && top + kTile <= H && left + kTile <= W;
    const Real* const corner = x + ((at.n * H + top) * W + left) * C;
    for_each_vector(0, C, [&](int64_t c, auto lanes) {
      Vec d[kPositions], transformed[kPositions];
      for (int i = 0; i < kTile; ++i) {
        for (int j = 0; j < kTile; ++j) {
          const bool inside = interior || (top + i >= 0 && top + i < H && left + j >= 0 && left + j < W);
          d[i * kTile + j] = inside ? lanes.load(corner + (i * W + j) * C + c) : Vec{};
        }
      }
      along_both_axes<kTile, kTile, WinogradTransform<M>::input>(d, transformed);
      for (int e = 0; e < kPositions; ++e) store(v + e * plane + c, transformed[e]);
    });
  }

  /// A dy A^T of tile t of dy, zero outside the map, to z[position * plane + channel].
  void transform_output_gradient(const Real* dy, int64_t t, Real* z, int64_t plane) const {
    const Place at = place(t);
    const Real* const corner = dy + ((at.n * P + at.p) * Q + at.q) * K;
    for_each_vector(0, K, [&](int64_t k, auto lanes) {
      Vec tile[M * M], transformed[kPositions];
      for (int i = 0; i < M; ++i) {
        for (int j = 0; j < M; ++j) {
          const bool inside = at.p + i < P && at.q + j < Q;
          tile[i * M + j] = inside ? lanes.load(corner + (i * Q + j) * K + k) : Vec{};
        }
      }
      along_both_axes<M, kTile, WinogradTransform<M>::output_adjoint>(tile, transformed);
      for (int e = 0; e < kPositions; ++e) store(z + e * plane + k, transformed[e]);
    });
  }

  /// activation(A^T m A + bias) of tile t, from products[position * plane + channel] to y.
  void transform_output(const Real* products, int64_t plane, int64_t t, const Real* bias, Activation activation,
                        Real* y) const {
    const Place at = place(t);
    Real* const corner = y + ((at.n * P + at.p) * Q + at.q) * K;
    for_each_vector(0, K, [&](int64_t k, auto lanes) {
      Vec m[kPositions], tile[M * M];
      for (int e = 0; e < kPositions; ++e) m[e] = load(products + e * plane + k);
      along_both_axes<kTile, M, WinogradTransform<M>::output>(m, tile);
      const Vec shift = bias != nullptr ? lanes.load(bias + k) : Vec{};
      for (int i = 0; i < M && at.p + i < P; ++i) {
        for (int j = 0; j < M && at.q + j < Q; ++j) {
          const Vec value = tile[i * M + j] + shift;
          lanes.store(corner + (i * Q + j) * K + k, activation == Activation::relu ? max(value, Vec{}) : value);
        }
      }
    });
  }

  int64_t H, W, C, P, Q, K, padding_h, padding_w, tile_rows, tile_columns, count;
};

/// Numbers from one plane to the next: a cache line more than the tiles take, lest 36 planes fall on the same cache sets.
inline int64_t plane_stride(int64_t tiles, int64_t channels) {
  return tiles * round_up(channels, kLanes) + static_cast<int64_t>(kBufferAlignment / sizeof(Real));
}

}  // namespace onefold
