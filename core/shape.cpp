#include "core/shape.h"

#include "core/check.h"

namespace onefold {

namespace {

constexpr int64_t kMaxElements = int64_t{1} << 40;

}  // namespace

Shape::Shape(std::initializer_list<int64_t> extents) : Shape(extents.begin(), static_cast<int64_t>(extents.size())) {}

Shape::Shape(const int64_t* extents, int64_t rank) {
  check(rank <= kMaxRank, "shape: got ", rank, " dimensions, at most ", kMaxRank, " are supported; join some");
  for (int64_t axis = 0; axis < rank; ++axis) {
    const int64_t extent = extents[axis];
    check(extent >= 0, "shape: extent ", extent, " of axis ", axis, " is negative; it must be at least 0");
    check(extent == 0 || size_ <= kMaxElements / extent, "shape: more than 2^40 elements requested; make it smaller");
    extents_[static_cast<size_t>(axis)] = extent;
    size_ *= extent;
  }
  rank_ = static_cast<int>(rank);
}

int64_t Shape::rows() const {
  int64_t rows = 1;
  for (int axis = 0; axis + 1 < rank_; ++axis) rows *= extents_[static_cast<size_t>(axis)];
  return rows;
}

std::string Shape::text() const {
  std::string text = "[";
  for (int axis = 0; axis < rank_; ++axis) {
    if (axis > 0) text += ' ';
    text += std::to_string((*this)[axis]);
  }
  return text + "]";
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << shape.text(); }

}  // namespace onefold
