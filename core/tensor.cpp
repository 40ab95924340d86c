#include "core/tensor.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace onefold {

Tensor::Tensor(const Shape& shape) try : buffer_(allocate_buffer(shape.size())), shape_(shape) {
} catch (const Error& error) {
  fail("tensor ", shape, ": ", error.what());
}

Tensor Tensor::zeros(const Shape& shape) { return full(shape, 0); }

Tensor Tensor::full(const Shape& shape, Real value) {
  Tensor tensor(shape);
  std::fill_n(tensor.data(), tensor.size(), value);
  return tensor;
}

Tensor Tensor::from(const Shape& shape, const std::vector<Real>& values) {
  check(static_cast<int64_t>(values.size()) == shape.size(), "tensor: got ", values.size(), " values, shape ", shape,
        " needs ", shape.size(), "; pass one value per element");
  Tensor tensor(shape);
  std::copy(values.begin(), values.end(), tensor.data());
  return tensor;
}

Real Tensor::item() const {
  check(size() == 1, "item: tensor ", shape_, " has ", size(), " elements, expected exactly 1; sum it first");
  return buffer_[0];
}

Tensor Tensor::reshape(const Shape& shape) const {
  check(defined() && shape.size() == size(), "reshape: ", shape_, " has ", size(), " elements, ", shape, " needs ",
        shape.size(), "; the sizes must be equal");
  Tensor result = *this;
  result.shape_ = shape;
  return result;
}

Tensor Tensor::clone() const {
  if (!defined()) return {};
  Tensor copy(shape_);
  std::copy_n(data(), size(), copy.data());
  return copy;
}

std::vector<Real> Tensor::to_vector() const { return {data(), data() + size()}; }

void check_sole_owner(const Tensor& tensor, const char* kernel) {
  check(!tensor.is_shared(), kernel, ": it would write into a tensor ", tensor.shape(),
        " that shares its buffer with another; move the only handle in, or pass a clone()");
}

namespace {

/// max() that passes a NaN through: once the running value is NaN, it stays NaN.
Real larger_or_nan(Real largest, Real value) { return value <= largest || std::isnan(largest) ? largest : value; }

}  // namespace

Real max_abs_difference(const Tensor& a, const Tensor& b) {
  check(a.shape() == b.shape(), "max_abs_difference: shapes ", a.shape(), " and ", b.shape(),
        " differ; compare tensors of the same shape");
  Real largest = 0;
  for (int64_t i = 0; i < a.size(); ++i) largest = larger_or_nan(largest, std::abs(a[i] - b[i]));
  return largest;
}

Real max_abs(const Tensor& a) {
  Real largest = 0;
  for (int64_t i = 0; i < a.size(); ++i) largest = larger_or_nan(largest, std::abs(a[i]));
  return largest;
}

}  // namespace onefold
