#pragma once

#include <cstdint>

#include "core/tensor.h"

namespace onefold {

/// One operand of a product as it lies in memory: element (row, column) is at data[row * stride + column], or, for a
/// transposed operand, at data[column * stride + row]. rows and columns are those of the product, after transposing.
struct Matrix {
  const Real* data;
  int64_t rows;
  int64_t columns;
  int64_t stride;
  bool transposed = false;
};

/// What becomes of the numbers that C holds before the product.
enum class Accumulate { no, yes };

/// C[M, N] = A[M, K] B[K, N], or C += A B. C is row-major with c_stride numbers a row and overlaps neither operand.
/// Any M, N and K, zero included. Throws Error where the inner extents differ.
void gemm_naive(const Matrix& a, const Matrix& b, Real* c, int64_t c_stride, Accumulate accumulate = Accumulate::no);

/// The same, at the machine's speed: packed panels of B, a register tile of C, blocks of K (Goto, van de Geijn:
/// "Anatomy of High-Performance Matrix Multiplication", ACM TOMS 34(3), 2008). Equal bits for any number of threads.
void gemm(const Matrix& a, const Matrix& b, Real* c, int64_t c_stride, Accumulate accumulate = Accumulate::no);

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
