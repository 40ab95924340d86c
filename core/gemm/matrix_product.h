#pragma once

#include "core/gemm/gemm.h"
#include "core/tensor.h"

namespace onefold {

/// A tensor [rows, columns] as one operand of a product, as it lies in memory or transposed. Shares its buffer.
inline Matrix as_stored(const Tensor& a) { return {a.data(), a.shape()[0], a.shape()[1], a.shape()[1]}; }
inline Matrix transposed(const Tensor& a) { return {a.data(), a.shape()[1], a.shape()[0], a.shape()[1], true}; }

/// Their product, a new tensor [a.rows, b.columns]. Throws Error where the inner extents differ.
inline Tensor product(const Matrix& a, const Matrix& b) {
  Tensor c({a.rows, b.columns});
  gemm(a, b, c.data(), b.columns);
  return c;
}

}  // namespace onefold
