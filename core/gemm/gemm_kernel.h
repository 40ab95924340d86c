#pragma once

#include <algorithm>
#include <type_traits>

#include "core/gemm/gemm.h"
#include "core/simd.h"
#include "core/tensor.h"

namespace onefold {

// The inner part of gemm(), shared with im2col and Winograd, whose inner loop is the same product: a register tile of
// C, a packed panel of B, and unpacked rows of A. For the library's own .cpp files.
//
//   M N K   the product's extents: C[M, N] = A[M, K] B[K, N]
//   panel   kPanelVecs vectors of columns of B, stored [K][panel width]: the tile's loads of B are consecutive

/// The width of a panel in vectors. 4 x 6 accumulators fill 24 of 32 registers and do 24 FMAs per 10 loads; with 16
/// registers, 2 x 6; with 12, 2 x 4.
inline constexpr int kPanelVecs = kVecRegisters >= 32 ? 4 : 2;
inline constexpr int64_t kPanelWidth = kPanelVecs * kLanes;

/// Accumulators per tile: whole rows of what a row of B and a factor of A leave of the registers. A narrower last panel
/// gets more rows instead.
inline constexpr int kTileVecs = (kVecRegisters - kPanelVecs - 1) / kPanelVecs * kPanelVecs;

/// Rows of K processed at a time: a panel of that many rows stays in or near the first-level cache.
inline constexpr int64_t kDepthBlock = 256;

/// The steps of a product's depth: a step multiplies a Real, or a Bf16Pair, the depth's next two numbers. Below, Number
/// is one of these two types. An odd depth ends in a pair whose second number is zero.
template <class Number>
inline constexpr int64_t kStepDepth = std::is_same_v<Number, Bf16Pair> ? 2 : 1;
template <class Number>
constexpr int64_t steps(int64_t depth) {
  return (depth + kStepDepth<Number> - 1) / kStepDepth<Number>;
}

/// Stores a vector of the depth's number `k` to the step that it belongs to, or into its half of that step's pairs: the
/// first half, which is stored first, sets the second to zero.
inline void store_step(Real* to, int64_t, Vec lanes) { store(to, lanes); }
inline void store_step(Bf16Pair* to, int64_t k, Vec lanes) {
  store(to, k % 2 == 0 ? round_to_bf16(lanes) >> 16 : load(to) | round_to_bf16(lanes));
}

/// Calls function(Number{}) with the type that products of this precision multiply.
template <class Function>
auto with_number(Precision precision, const Function& function) {
  return precision == Precision::bf16 ? function(Bf16Pair{}) : function(Real{});
}

/// A buffer of Numbers: a tensor of at least as many elements.
template <class Number>
Number* numbers(const Tensor& buffer) {
  static_assert(sizeof(Number) <= sizeof(Real));
  return reinterpret_cast<Number*>(const_cast<Real*>(buffer.data()));
}

/// B is repacked: for each block of kDepthBlock rows, for each panel, [depth][panel width]. Columns beyond N are zero.
/// The index of element (row, column) in a packed rows x columns matrix; of pairs, `rows` and `row` count steps. kLanes
/// columns starting at a multiple of kLanes are consecutive.
inline int64_t packed_offset(int64_t rows, int64_t columns, int64_t row, int64_t column) {
  const int64_t width = whole_vectors(columns);
  const int64_t block = row / kDepthBlock * kDepthBlock;
  const int64_t depth = std::min(kDepthBlock, rows - block);
  const int64_t panel = column / kPanelWidth * kPanelWidth;
  const int64_t panel_width = std::min(kPanelWidth, width - panel);
  return block * width + panel * depth + (row - block) * panel_width + (column - panel);
}

/// The number of elements of a packed matrix of this size.
inline int64_t packed_size(int64_t rows, int64_t columns) { return rows * whole_vectors(columns); }

/// Packs rows [row, row + count) of `b` as a matrix of their own.
template <class Number>
void pack_rows(const Matrix& b, int64_t row, int64_t count, Number* packed);

/// Packs all of `b`, on all threads.
template <class Number>
Tensor pack(const Matrix& b);

/// A as a tile reads it: step k of row m is at data[m * row_stride + k * depth_stride].
template <class Number>
struct TileRowsOf {
  const Number* data;
  int64_t row_stride;
  int64_t depth_stride;

  TileRowsOf from_row(int64_t row) const { return {data + row * row_stride, row_stride, depth_stride}; }
};
using TileRows = TileRowsOf<Real>;

/// A part of A for a tile: `count` rows from `row` on, `depth` columns from `column` on. As it lies in memory, or
/// rounded to pairs, in a new `buffer`.
template <class Number>
TileRowsOf<Number> tile_rows(const Matrix& a, int64_t row, int64_t count, int64_t column, int64_t depth,
                             Tensor& buffer);

/// C[M, N] (+)= A packed_b on the calling thread. packed_b holds k steps and N columns.
template <class Number>
void multiply_packed(int64_t m, int64_t n, int64_t k, TileRowsOf<Number> a, const Number* packed_b, Real* c,
                     int64_t c_stride, Accumulate accumulate);

/// The same for columns [begin, end) only, the first of which is at `c`. `begin` must be a multiple of kLanes.
template <class Number>
void multiply_packed_columns(int64_t begin, int64_t end, int64_t m, int64_t n, int64_t k, TileRowsOf<Number> a,
                             const Number* packed_b, Real* c, int64_t c_stride, Accumulate accumulate);

/// C[M, N] (+)= A B on the calling thread with unpacked B: k steps of b_stride Numbers, readable up to N rounded up to
/// kLanes.
template <class Number>
void multiply_unpacked(int64_t m, int64_t n, int64_t k, TileRowsOf<Number> a, const Number* b, int64_t b_stride,
                       Real* c, int64_t c_stride, Accumulate accumulate);

}  // namespace onefold
