#pragma once

#include "core/annex/conv/depthwise_axes.h"
#include "core/annex/conv/depthwise_tiles.h"
#include "core/conv/conv_types.h"

namespace onefold {

// Grouped convolution, for groups of a few channels (a multiple of 8 in and out), such as RegNet's: any kernel size,
// stride, padding and dilation. A matrix product of so few columns would leave vectors half empty, and copying patches
// for it would take longer than the product.
//
// Here a vector holds eight output channels of a group at one pixel. One group of one image is copied with its padding;
// then a tile of up to 24 output pixels stays in registers while all taps and channels are accumulated: each loads
// eight weights, and for each pixel of the tile one number, which multiplies them all.

extern const ConvAlgorithmRow grouped_row;

/// The gradient of the weights; the other directions are in grouped.cpp.
Tensor grouped_backward_weight(const ConvGeometry& g, const Tensor& dy, const Tensor& x);

/// Eight channels of a group, whatever the machine's vector.
inline constexpr int64_t kEight = 8;
typedef Real Eight __attribute__((vector_size(kEight * sizeof(Real))));
typedef Real EightInMemory __attribute__((vector_size(kEight * sizeof(Real)), aligned(alignof(Real)), may_alias));

inline Eight load_eight(const Real* from) { return *reinterpret_cast<const EightInMemory*>(from); }
inline void store_eight(Real* to, Eight value) { *reinterpret_cast<EightInMemory*>(to) = value; }

/// The channels of groups, copied out of an image row by row, with zeros beyond its edges: planes of eight channels,
/// [planes, rows, columns.length(), 8] for each group.
class GroupPlanes {
 public:
  /// Of images of this shape, `channels` per group; rows [first_row, end_row), which may be beyond the edges.
  GroupPlanes(const Shape& images, int64_t channels, int64_t first_row, int64_t end_row, const SplitColumns& columns);

  int64_t row() const { return columns_.length() * kEight; }
  int64_t plane() const { return (end_row_ - first_row_) * row(); }
  int64_t size() const { return channels_ / kEight * plane(); }

  /// The place of channel `channel` of the group in a pixel, also beyond the edges.
  int64_t place(int64_t h, int64_t column, int64_t channel) const {
    return channel / kEight * plane() + (h - first_row_) * row() + columns_.place(column) * kEight + channel % kEight;
  }

  /// Groups to copy at a time: as many as fit the first-level cache, since neighbouring reads are faster.
  int64_t together() const { return std::clamp<int64_t>(kFirstLevelNumbers / size(), 1, images_[3] / channels_); }

  /// Fills count size() numbers from groups [group, group + count) of image n.
  void copy(const Tensor& images, int64_t n, int64_t group, int64_t count, Real* to) const;

 private:
  static constexpr int64_t kFirstLevelNumbers = 8192;

  Shape images_;
  int64_t channels_, first_row_, end_row_;
  SplitColumns columns_;
  std::vector<int64_t> inside_, beyond_;  // places of columns in a row, inside the images and beyond the edges
};

}  // namespace onefold
