#pragma once

#include <memory>
#include <vector>

#include "core/memory.h"
#include "core/real.h"
#include "core/shape.h"

namespace onefold {

/// Numbers with a shape: a handle on a contiguous, channels-last buffer from the pool.
///
/// Copying a Tensor shares its buffer. There are no strides and no views but `reshape`. The kernel that makes a tensor
/// fills it, and nobody writes it afterwards unless nobody else holds it: so sharing is always safe.
class Tensor {
 public:
  /// No tensor: no shape, no buffer. Stands for "no gradient" where gradients are returned.
  Tensor() = default;

  /// An uninitialised tensor, for a kernel to fill. Throws Error, naming shape and bytes, where it does not fit memory.
  explicit Tensor(const Shape& shape);

  static Tensor zeros(const Shape& shape);
  static Tensor full(const Shape& shape, Real value);

  /// From numbers in row-major order; throws Error unless there are as many as the shape holds.
  static Tensor from(const Shape& shape, const std::vector<Real>& values);

  /// False for "no tensor".
  bool defined() const { return buffer_ != nullptr; }

  /// Whether another tensor has the same buffer.
  bool is_shared() const { return buffer_.use_count() > 1; }

  const Shape& shape() const { return shape_; }
  int64_t size() const { return defined() ? shape_.size() : 0; }

  const Real* data() const { return buffer_.get(); }
  Real* data() { return buffer_.get(); }

  const Real& operator[](int64_t index) const { return buffer_[index]; }
  Real& operator[](int64_t index) { return buffer_[index]; }

  /// The single number of a tensor of size 1; throws Error for any other size.
  Real item() const;

  /// The same numbers under another shape of equal size, sharing the buffer.
  Tensor reshape(const Shape& shape) const;

  /// A copy with a buffer of its own.
  Tensor clone() const;

  std::vector<Real> to_vector() const;

 private:
  std::shared_ptr<Real[]> buffer_;
  Shape shape_;
};

/// The largest |a - b|; throws Error unless the shapes are equal. NaN on either side gives NaN.
Real max_abs_difference(const Tensor& a, const Tensor& b);

/// The largest |a|, NaN where any element is NaN.
Real max_abs(const Tensor& a);

}  // namespace onefold
