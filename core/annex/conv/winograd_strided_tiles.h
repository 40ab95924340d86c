#pragma once

#include "core/annex/conv/winograd_strided_transforms.h"
#include "core/conv/conv_types.h"
#include "core/conv/winograd_tiles.h"
#include "core/vector_loop.h"

namespace onefold {

// The tiles of a Winograd convolution at stride 2, and their transforms from a feature map to planes and back. For the
// library's own .cpp files.
//
//   N H W C   the feature map, input or output; a tile is Side x Side of its pixels, Step pixels from one to the next
//   planes    transformed tiles, one plane per position: [position][tile][channel]

/// A feature map, or its gradient, divided into `rows` x `columns` tiles per image, the first of which begins at (top,
/// left).
template <class Number>
struct TiledMap {
  Number* map;
  int64_t H, W, C, rows, columns, step, top, left;

  /// The pixels of tile t; `outside` for pixels beyond the edge.
  template <int Side>
  Patch<Side, Number> patch(int64_t t, Number* outside) const {
    const int64_t n = t / (rows * columns);
    const int64_t first_h = top + t / columns % rows * step, first_w = left + t % columns * step;
    Patch<Side, Number> patch;
    for (int i = 0; i < Side; ++i) {
      const int64_t h = first_h + i;
      for (int j = 0; j < Side; ++j) {
        const int64_t v = first_w + j;
        const bool inside = h >= 0 && h < H && v >= 0 && v < W;
        patch.pixel[i][j] = inside ? map + ((n * H + h) * W + v) * C : outside;
      }
    }
    return patch;
  }
};

/// The tiles of a whole convolution: 4 x 4 outputs each, and the 9 x 9 inputs that they depend on.
struct StridedTiling {
  explicit StridedTiling(const ConvGeometry& geometry)
      : g(geometry), rows(tiles(g.P)), columns(tiles(g.Q)), count(g.N * rows * columns) {}

  template <class Number>
  TiledMap<Number> inputs(Number* x) const {
    return {x, g.H, g.W, g.C, rows, columns, 2 * StridedTransform::kOutputs, g.row(0, 0), g.column(0, 0)};
  }
  template <class Number>
  TiledMap<Number> outputs(Number* y) const {
    return {y, g.P, g.Q, g.K, rows, columns, StridedTransform::kOutputs, 0, 0};
  }

  static int64_t tiles(int64_t outputs) {
    return (outputs + StridedTransform::kOutputs - 1) / StridedTransform::kOutputs;
  }

  const ConvGeometry& g;
  int64_t rows, columns, count;
};

/// The tiles of the input's gradient: 8 x 8 of its pixels, and the 5 x 5 output gradients that they depend on.
/// Along an axis, pixels X, X + 2, .. meet tap 1 of outputs j, j + 1, .. if X = 2 j - padding + 1; the first tile
/// begins at or just before the edge.
struct StridedGradientTiling {
  static constexpr int64_t kPixels = 2 * StridedTransform::kOutputs;

  explicit StridedGradientTiling(const ConvGeometry& geometry)
      : g(geometry), padding_h(g.args.padding_h), padding_w(g.args.padding_w), rows(tiles(g.H, padding_h)),
        columns(tiles(g.W, padding_w)), count(g.N * rows * columns) {}

  TiledMap<const Real> outputs(const Real* dy) const {
    return {
        dy, g.P, g.Q, g.K, rows, columns, StridedTransform::kOutputs, first_output(padding_h), first_output(padding_w)};
  }
  TiledMap<Real> inputs(Real* dx) const {
    return {dx, g.H, g.W, g.C, rows, columns, kPixels, first_pixel(padding_h), first_pixel(padding_w)};
  }

  static int64_t first_output(int64_t padding) { return padding == 0 ? -1 : 0; }
  static int64_t first_pixel(int64_t padding) { return 2 * first_output(padding) - padding + 1; }
  static int64_t tiles(int64_t pixels, int64_t padding) {
    return (pixels - first_pixel(padding) + kPixels - 1) / kPixels;
  }

  const ConvGeometry& g;
  int64_t padding_h, padding_w, rows, columns, count;
};

/// A one-dimensional transform along both axes of a tile: load(i, j) -> [From][From] -> [To][To] -> store(i, j, value).
template <int From, int To, auto transform, class Load, class Store>
inline void transform_tile(const Load& load, const Store& store) {
  Vec half[To][From];
#pragma GCC unroll 1
  for (int j = 0; j < From; ++j) {
    Vec column[From], transformed[To];
#pragma GCC unroll 9
    for (int i = 0; i < From; ++i) column[i] = load(i, j);
    transform(column, 1, transformed, 1);
#pragma GCC unroll 9
    for (int i = 0; i < To; ++i) half[i][j] = transformed[i];
  }
#pragma GCC unroll 1
  for (int i = 0; i < To; ++i) {
    Vec transformed[To];
    transform(half[i], 1, transformed, 1);
#pragma GCC unroll 9
    for (int j = 0; j < To; ++j) store(i, j, transformed[j]);
  }
}

/// Transforms tiles [first, last) of the feature map, zero beyond its edge, to store_at(tile, position, channel,
/// lanes); the tile counts from `first`.
template <int From, int To, auto transform, class Store>
void map_to_planes(const TiledMap<const Real>& map, int64_t first, int64_t last, const Store& store_at) {
  const Tensor zeros = Tensor::zeros({map.C});
  const auto place = [&](int64_t t) { return map.template patch<From>(first + t, zeros.data()); };
  for_each_tile(last - first, place, [&](int64_t t, const auto& here, const auto& after) {
    for_each_vector(0, map.C, [&](int64_t c, auto lanes) {
      const auto load_pixel = [&](int i, int j) {
        __builtin_prefetch(after.pixel[i][j] + c);
        return lanes.load(here.pixel[i][j] + c);
      };
      const auto store_position = [&](int i, int j, Vec value) { store_at(t, i * To + j, c, value); };
      transform_tile<From, To, transform>(load_pixel, store_position);
    });
  });
}

/// Transforms planes back to tiles [first, last) of the feature map. The planes hold its channels from `channel` on;
/// the value stored is finish(value, address of the feature map's current value, channel, lanes).
template <int From, int To, auto transform, class Finish>
void planes_to_map(const TilePlanes<Real>& planes, int64_t channel, int64_t channels, const TiledMap<Real>& map,
                   int64_t first, int64_t last, const Finish& finish) {
  Tensor outside({map.C});  // outputs beyond the edge are written to a pixel that is never read
  const auto place = [&](int64_t t) { return map.template patch<To>(first + t, outside.data()); };
  for_each_tile(last - first, place, [&](int64_t t, const auto& here, const auto& after) {
    const Real* const from = planes.at(0) + t * planes.row - channel;
    for_each_vector(channel, channel + channels, [&, plane = planes.plane](int64_t c, auto lanes) {
      const auto load_position = [&](int i, int j) { return load(from + (i * From + j) * plane + c); };
      const auto store_pixel = [&](int i, int j, Vec value) {
        __builtin_prefetch(after.pixel[i][j] + c);
        lanes.store(here.pixel[i][j] + c, finish(value, here.pixel[i][j] + c, c, lanes));
      };
      transform_tile<From, To, transform>(load_position, store_pixel);
    });
  });
}

}  // namespace onefold
