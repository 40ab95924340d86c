#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include "core/simd.h"

namespace onefold {

// The building blocks of depthwise convolutions: one vector of channels at a time, copied out of an image with its
// padding, and register tiles of several of its pixels. For the library's own .cpp files.

/// Copies `count` elements, `stride` apart (a channel multiplier), to one vector of channels; its other lanes are zero.
inline void copy_lanes(const Real* from, int64_t count, int64_t stride, Real* to) {
  for (int64_t lane = 0; lane < count; ++lane) to[lane] = from[lane * stride];
  std::fill(to + count, to + kLanes, Real{0});
}

/// Columns [first, end) of a copied row, grouped by their remainder modulo `split`: the columns that neighbouring
/// outputs of a convolution of that stride read are then adjacent, and a tile's loads have fixed distances.
struct SplitColumns {
  int64_t first, end, split;

  int64_t part() const { return (end - first + split - 1) / split; }
  int64_t length() const { return split * part(); }
  int64_t place(int64_t column) const { return (column - first) % split * part() + (column - first) / split; }
};

/// Some channels of an image [H, W, row of channels]: `count` channels, `stride` apart, starting at `data`.
struct ImageChannels {
  const Real* data;
  int64_t H, W, channels;  // of the whole image
  int64_t count, stride;
};

/// Copies rows [begin, end) of the image with `columns` of each, one vector of channels after the other, and zero
/// beyond the edges, to [vectors, end - begin, columns.length(), kLanes]. Reads the image once and in memory order.
void copy_padded(const ImageChannels& image, int64_t begin, int64_t end, const SplitColumns& columns, Real* to);

/// Vectors of channels copied together: consecutive reads that are long enough for the hardware prefetcher.
inline constexpr int64_t kGroupVectors = 8;

/// Pixels of a feature map, one vector of each: the address of the first, and the distance to the next row and column.
template <class Number>
struct PixelsOf {
  Number* data;
  int64_t row, column;

  Number* at(int64_t i, int64_t j) const { return data + i * row + j * column; }
};
using Pixels = PixelsOf<Real>;
using Source = PixelsOf<const Real>;

/// What a tile of a convolution computes: out = max(floor, start + the sum of its taps). Tap t multiplies the weights
/// w[t] by the pixels from x + places[t] on, whose rows are x_row apart: a vector of channels each, or of a grouped
/// convolution one number each.
struct TileTask {
  const Real* x;
  int64_t x_row;
  const int64_t* places;
  const Real* w;
  int64_t taps;
  Source start;
  Pixels out;
  Real floor;
};

/// The number of pixels that a tile keeps in registers, and the rows and columns it may have.
inline constexpr int kTilePixels = kVecRegisters * 3 / 4;
inline constexpr int kTileColumns = std::min(16, kTilePixels);
inline constexpr int kTileRows = 4;
constexpr int64_t tile_rows(int64_t columns) { return std::clamp<int64_t>(kTilePixels / columns, 1, kTileRows); }

/// Instances of a template Tile<Rows, Columns>::run by [rows - 1][columns - 1], for tiles that fit the registers.
template <template <int, int> class Tile, int Rows, int... Columns>
constexpr auto tiles_of_rows(std::integer_sequence<int, Columns...>) {
  return std::array{&Tile<Rows, std::min(Columns + 1, kTilePixels / Rows)>::run...};
}
template <template <int, int> class Tile, int... Rows>
constexpr auto tiles(std::integer_sequence<int, Rows...>) {
  return std::array{tiles_of_rows<Tile, Rows + 1>(std::make_integer_sequence<int, kTileColumns>{})...};
}
template <template <int, int> class Tile>
inline constexpr auto kTiles = tiles<Tile>(std::make_integer_sequence<int, kTileRows>{});

/// The start of part i if `count` is divided into `parts` parts of nearly equal size.
constexpr int64_t part_begin(int64_t i, int64_t parts, int64_t count) { return i * count / parts; }

}  // namespace onefold
