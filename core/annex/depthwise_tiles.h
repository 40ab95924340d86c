#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include "core/simd.h"

namespace onefold {

// What depthwise convolutions compute with: one vector of channels at a time, copied out of an image with its padding,
// and register tiles of several pixels of it. For the library's own .cpp files.

/// Numbers of one vector of channels, `stride` apart (a channel multiplier), zero in the lanes from `count` on.
inline void copy_lanes(const Real* from, int64_t count, int64_t stride, Real* to) {
  for (int64_t lane = 0; lane < count; ++lane) to[lane] = from[lane * stride];
  std::fill(to + count, to + kLanes, Real{0});
}

/// Columns [first, end) of a copied row, those of equal remainder by `split` side by side: what neighbouring outputs of
/// a convolution of that stride read is neighbouring too, and a tile's loads are at fixed distances.
struct SplitColumns {
  int64_t first, end, split;

  int64_t part() const { return (end - first + split - 1) / split; }
  int64_t length() const { return split * part(); }
  int64_t place(int64_t column) const { return (column - first) % split * part() + (column - first) / split; }
};

/// Some channels of an image [H, W, row of channels]: `count` of them, `stride` apart, from `data` on.
struct ImageChannels {
  const Real* data;
  int64_t H, W, channels;  // of the whole image
  int64_t count, stride;
};

/// Rows [begin, end) of the image with `columns` of each, one vector of channels after the other, and zero beyond the
/// edges: to [vectors, end - begin, columns.length(), kLanes]. The image is read once and in its own order.
void copy_padded(const ImageChannels& image, int64_t begin, int64_t end, const SplitColumns& columns, Real* to);

/// Vectors of channels that are copied side by side: long enough runs for the memory to work ahead on.
inline constexpr int64_t kGroupVectors = 8;

/// Pixels of a map, a vector of each: where the first is, and how far it is to the next row and column.
template <class Number>
struct PixelsOf {
  Number* data;
  int64_t row, column;

  Number* at(int64_t i, int64_t j) const { return data + i * row + j * column; }
};
using Pixels = PixelsOf<Real>;
using Source = PixelsOf<const Real>;

/// Pixels that a tile keeps in registers, and the rows and columns it may have.
inline constexpr int kTilePixels = kVecRegisters * 3 / 4;
inline constexpr int kTileColumns = std::min(16, kTilePixels);
inline constexpr int kTileRows = 4;
constexpr int64_t tile_rows(int64_t columns) { return std::clamp<int64_t>(kTilePixels / columns, 1, kTileRows); }

/// Tiles of a template Tile<Rows, Columns>::run by [rows - 1][columns - 1], for what fits the registers.
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

/// Where part i begins of `count` cut into `parts` parts of nearly the same size.
constexpr int64_t part_begin(int64_t i, int64_t parts, int64_t count) { return i * count / parts; }

}  // namespace onefold
