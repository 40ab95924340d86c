#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <string>

namespace onefold {

/// The extents of a tensor, outermost first: images are [N, H, W, C], convolution weights [R, S, C, K].
/// At most four dimensions; rank 0 is the shape of a scalar.
class Shape {
 public:
  static constexpr int kMaxRank = 4;

  Shape() = default;

  /// Throws Error for more than four extents, a negative extent, or a product above 2^40.
  Shape(std::initializer_list<int64_t> extents);

  /// The same from an array of `rank` extents, as read from a file.
  Shape(const int64_t* extents, int64_t rank);

  int rank() const { return rank_; }

  /// The number of elements: the product of all extents.
  int64_t size() const { return size_; }

  /// The extent of one axis; a negative axis counts from the end, so `shape[-1]` is the number of channels.
  int64_t operator[](int axis) const { return extents_[static_cast<size_t>(axis < 0 ? rank_ + axis : axis)]; }

  /// All extents but the last, multiplied: the number of rows of a channels-last tensor.
  int64_t rows() const;

  bool operator==(const Shape&) const = default;

  /// "[8 32 32 3]", as error messages show it.
  std::string text() const;

 private:
  std::array<int64_t, kMaxRank> extents_{};
  int rank_ = 0;
  int64_t size_ = 1;
};

std::ostream& operator<<(std::ostream& out, const Shape& shape);

}  // namespace onefold
