#pragma once

#include <algorithm>

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
/// registers, 2 x 6.
inline constexpr int kPanelVecs = kVecRegisters >= 32 ? 4 : 2;
inline constexpr int64_t kPanelWidth = kPanelVecs * kLanes;

/// Accumulators per tile; a narrower last panel gets more rows instead.
inline constexpr int kTileVecs = kPanelVecs * 6;

/// Rows of K processed at a time: a panel of that many rows stays in or near the first-level cache.
inline constexpr int64_t kDepthBlock = 256;

/// B, or some of its rows, repacked: for each block of kDepthBlock rows, for each panel, [depth][panel width]. Columns
/// beyond N are zero.
class PackedMatrix {
 public:
  PackedMatrix(int64_t rows, int64_t columns);

  /// Packs all of `b`, on all threads.
  explicit PackedMatrix(const Matrix& b);

  int64_t rows() const { return rows_; }
  int64_t columns() const { return columns_; }

  /// The number of elements of a packed matrix of this size.
  static int64_t packed_size(int64_t rows, int64_t columns) { return rows * whole_vectors(columns); }

  Real* data() { return values_.data(); }
  const Real* data() const { return values_.data(); }
  const Tensor& values() const { return values_; }

 private:
  int64_t rows_, columns_;
  Tensor values_;
};

/// The index of element (row, column) in a packed rows x columns matrix. kLanes columns starting at a multiple of
/// kLanes are consecutive.
inline int64_t packed_offset(int64_t rows, int64_t columns, int64_t row, int64_t column) {
  const int64_t width = whole_vectors(columns);
  const int64_t block = row / kDepthBlock * kDepthBlock;
  const int64_t depth = std::min(kDepthBlock, rows - block);
  const int64_t panel = column / kPanelWidth * kPanelWidth;
  const int64_t panel_width = std::min(kPanelWidth, width - panel);
  return block * width + panel * depth + (row - block) * panel_width + (column - panel);
}

/// A as a tile reads it: element (m, k) is at data[m * row_stride + k * depth_stride].
struct TileRows {
  const Real* data;
  int64_t row_stride;
  int64_t depth_stride;

  TileRows from_row(int64_t row) const { return {data + row * row_stride, row_stride, depth_stride}; }
};

/// C[M, N] (+)= A packed_b on the calling thread. packed_b holds K rows and N columns in PackedMatrix's layout.
void multiply_packed(int64_t m, int64_t n, int64_t k, TileRows a, const Real* packed_b, Real* c, int64_t c_stride,
                     Accumulate accumulate);

/// The same for columns [panel, panel + kPanelWidth) only; `panel` must be a multiple of kPanelWidth.
void multiply_packed_panel(int64_t panel, int64_t m, int64_t n, int64_t k, TileRows a, const Real* packed_b, Real* c,
                           int64_t c_stride, Accumulate accumulate);

/// C[M, N] (+)= A B on the calling thread with unpacked B: rows of b_stride elements, readable up to N rounded up to
/// kLanes.
void multiply_unpacked(int64_t m, int64_t n, int64_t k, TileRows a, const Real* b, int64_t b_stride, Real* c,
                       int64_t c_stride, Accumulate accumulate);

/// Packs rows [row, row + count) of `b` as a matrix of their own.
void pack_rows(const Matrix& b, int64_t row, int64_t count, Real* packed);

}  // namespace onefold
