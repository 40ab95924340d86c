#pragma once

#include <cstdint>

#include "core/gemm/precision.h"
#include "core/tensor.h"

namespace onefold {

/// An operand of a matrix product, in memory: element (row, column) is at data[row * stride + column], or, if it is
/// transposed, at data[column * stride + row]. rows and columns are those of the product, after transposing.
struct Matrix {
  const Real* data;
  int64_t rows;
  int64_t columns;
  int64_t stride;
  bool transposed = false;
};

/// Whether the product is added to the values that C already holds, or replaces them.
enum class Accumulate { no, yes };

/// C[M, N] = A[M, K] B[K, N], or C += A B. C is row-major with c_stride elements per row and overlaps neither operand.
/// M, N and K may be any number, including zero. Throws Error if the inner extents differ.
void gemm_naive(const Matrix& a, const Matrix& b, Real* c, int64_t c_stride, Accumulate accumulate = Accumulate::no);

/// The same, optimised: packed panels of B, a register tile of C, blocks of K (Goto, van de Geijn: "Anatomy of
/// High-Performance Matrix Multiplication", ACM TOMS 34(3), 2008). Equal bits for any number of threads. In bf16, each
/// element of A and B is rounded to bfloat16 first.
void gemm(const Matrix& a, const Matrix& b, Real* c, int64_t c_stride, Accumulate accumulate = Accumulate::no,
          Precision precision = Precision::real);

/// A tensor [rows, columns] as an operand of a product, as stored or transposed. Shares its buffer.
inline Matrix as_stored(const Tensor& a) { return {a.data(), a.shape()[0], a.shape()[1], a.shape()[1]}; }
inline Matrix transposed(const Tensor& a) { return {a.data(), a.shape()[1], a.shape()[0], a.shape()[1], true}; }

/// The product as a new tensor [a.rows, b.columns]. Throws Error if the inner extents differ.
inline Tensor product(const Matrix& a, const Matrix& b) {
  Tensor c({a.rows, b.columns});
  gemm(a, b, c.data(), b.columns);
  return c;
}

}  // namespace onefold
