#pragma once

#include <memory>
#include <vector>

#include "core/memory.h"
#include "core/real.h"
#include "core/shape.h"

namespace onefold {

/// A multi-dimensional array: a shape and a reference to a contiguous, channels-last buffer from the pool.
///
/// Copying a Tensor shares its buffer. There are no strides, and no views except `reshape`. The kernel that makes a
/// tensor fills it. Afterwards only a buffer's sole owner writes into it, so sharing is always safe: a kernel that
/// writes into an operand calls check_sole_owner(), and Variable::mutable_value() copies a shared buffer first.
class Tensor {
 public:
  /// An undefined tensor, without shape and buffer. It means "no gradient" in a list of gradients.
  Tensor() = default;

  /// An uninitialised tensor, for a kernel to fill. Throws Error, naming shape and bytes, if memory does not suffice.
  explicit Tensor(const Shape& shape);

  static Tensor zeros(const Shape& shape);
  static Tensor full(const Shape& shape, Real value);

  /// From values in row-major order. Throws Error unless there is one value per element.
  static Tensor from(const Shape& shape, const std::vector<Real>& values);

  /// False for an undefined tensor.
  bool defined() const { return buffer_ != nullptr; }

  /// Whether another tensor shares the buffer.
  bool is_shared() const { return buffer_.use_count() > 1; }

  const Shape& shape() const { return shape_; }
  int64_t size() const { return defined() ? shape_.size() : 0; }

  const Real* data() const { return buffer_.get(); }
  Real* data() { return buffer_.get(); }

  const Real& operator[](int64_t index) const { return buffer_[index]; }
  Real& operator[](int64_t index) { return buffer_[index]; }

  /// The value of a tensor of size 1; throws Error for any other size.
  Real item() const;

  /// The same elements with another shape of equal size. Shares the buffer.
  Tensor reshape(const Shape& shape) const;

  /// A copy with a buffer of its own.
  Tensor clone() const;

  std::vector<Real> to_vector() const;

 private:
  std::shared_ptr<Real[]> buffer_;
  Shape shape_;
};

/// Throws Error if another tensor shares the buffer that `kernel` would write to.
void check_sole_owner(const Tensor& tensor, const char* kernel);

/// The maximum of |a - b|. Throws Error unless the shapes are equal. NaN if either side has a NaN.
Real max_abs_difference(const Tensor& a, const Tensor& b);

/// The maximum of |a|, or NaN if any element is NaN.
Real max_abs(const Tensor& a);

}  // namespace onefold
