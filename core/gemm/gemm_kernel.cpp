#include "core/gemm/gemm_kernel.h"

#include <array>

#include "core/parallel.h"

namespace onefold {

namespace {

/// C[Rows, Vecs vectors] (+)= A B over `depth` steps: every accumulator stays in a register. Inlined into the calling
/// loop, since a call takes as long as a few steps.
template <int Rows, int Vecs>
[[gnu::always_inline]] inline void tile(int64_t depth, TileRows a, const Real* b, int64_t b_stride, Real* c,
                                        int64_t c_stride, Accumulate accumulate) {
  // [register-tile]
  Vec sums[Rows][Vecs] = {};
  for (int64_t k = 0; k < depth; ++k) {
    Vec b_row[Vecs];
#pragma GCC unroll 4
    for (int j = 0; j < Vecs; ++j) b_row[j] = load(b + k * b_stride + j * kLanes);
#pragma GCC unroll 32
    for (int i = 0; i < Rows; ++i) {
      const Vec factor = broadcast(a.data[i * a.row_stride + k * a.depth_stride]);
#pragma GCC unroll 4
      for (int j = 0; j < Vecs; ++j) sums[i][j] += factor * b_row[j];
    }
  }
  // [/register-tile]

#pragma GCC unroll 32
  for (int i = 0; i < Rows; ++i) {
    Real* const row = c + i * c_stride;
    if (accumulate == Accumulate::yes) {
#pragma GCC unroll 4
      for (int j = 0; j < Vecs; ++j) sums[i][j] += load(row + j * kLanes);
    }
#pragma GCC unroll 4
    for (int j = 0; j < Vecs; ++j) store(row + j * kLanes, sums[i][j]);
  }
}

/// The same for any number of rows up to Rows.
template <int Rows, int Vecs>
void tile_of(int64_t rows, int64_t depth, TileRows a, const Real* b, int64_t b_stride, Real* c, int64_t c_stride,
             Accumulate accumulate) {
  if (rows == Rows) return tile<Rows, Vecs>(depth, a, b, b_stride, c, c_stride, accumulate);
  if constexpr (Rows > 1) tile_of<Rows - 1, Vecs>(rows, depth, a, b, b_stride, c, c_stride, accumulate);
}

void copy_columns(int64_t rows, int64_t columns, const Real* from, int64_t from_stride, Real* to, int64_t to_stride) {
  for (int64_t i = 0; i < rows; ++i) std::copy_n(from + i * from_stride, columns, to + i * to_stride);
}

/// Rows of a tile that is Vecs vectors wide: as many as the accumulators allow, at most 14, since each has an address.
constexpr int tile_rows(int vecs) { return std::min(kTileVecs / vecs, 14); }

/// All rows of A times one full panel of B. Not inlined: in its caller the tile's loop would spill its addresses, which
/// costs 6 % on Zen 4 (GCC 12; kernels_bench --benchmark_filter=gemm).
template <int Vecs>
[[gnu::noinline]] void multiply_whole_panel(int64_t m, int64_t depth, TileRows a, const Real* b, int64_t b_stride,
                                            Real* c, int64_t c_stride, Accumulate accumulate) {
  constexpr int64_t kRows = tile_rows(Vecs);
  int64_t i = 0;
  for (; i + kRows <= m; i += kRows) {
    tile<kRows, Vecs>(depth, a.from_row(i), b, b_stride, c + i * c_stride, c_stride, accumulate);
  }
  if (i < m) tile_of<kRows - 1, Vecs>(m - i, depth, a.from_row(i), b, b_stride, c + i * c_stride, c_stride, accumulate);
}

/// All rows of A times one panel of B, of which C has the first `columns` columns.
template <int Vecs>
void multiply_panel(int64_t m, int64_t depth, TileRows a, const Real* b, int64_t b_stride, Real* c, int64_t c_stride,
                    int64_t columns, Accumulate accumulate) {
  constexpr int64_t kRows = tile_rows(Vecs), kWidth = Vecs * kLanes;
  if (columns == kWidth) return multiply_whole_panel<Vecs>(m, depth, a, b, b_stride, c, c_stride, accumulate);
  // Vectors that extend beyond C's last column go through a buffer.
  Real buffer[kRows * kWidth] = {};
  for (int64_t i = 0; i < m; i += kRows) {
    const int64_t rows = std::min(kRows, m - i);
    Real* const to = c + i * c_stride;
    if (accumulate == Accumulate::yes) copy_columns(rows, columns, to, c_stride, buffer, kWidth);
    multiply_whole_panel<Vecs>(rows, depth, a.from_row(i), b, b_stride, buffer, kWidth, accumulate);
    copy_columns(rows, columns, buffer, kWidth, to, c_stride);
  }
}

using PanelFunction = void (*)(int64_t, int64_t, TileRows, const Real*, int64_t, Real*, int64_t, int64_t, Accumulate);

/// multiply_panel() by the number of vectors.
constexpr std::array<PanelFunction, 5> kPanels = {nullptr, &multiply_panel<1>, &multiply_panel<2>,
                                                  &multiply_panel<std::min(3, kPanelVecs)>,
                                                  &multiply_panel<std::min(4, kPanelVecs)>};

PanelFunction panel_function(int64_t columns) { return kPanels[static_cast<size_t>(whole_vectors(columns) / kLanes)]; }

/// One panel's columns of A packed_b, over one block of the depth.
void multiply_block(int64_t panel, int64_t block, int64_t m, int64_t n, int64_t k, TileRows a, const Real* packed_b,
                    Real* c, int64_t c_stride, Accumulate accumulate) {
  const int64_t depth = std::min(kDepthBlock, k - block), columns = std::min(kPanelWidth, n - panel);
  const int64_t width = whole_vectors(columns);
  const TileRows a_block{a.data + block * a.depth_stride, a.row_stride, a.depth_stride};
  panel_function(columns)(m, depth, a_block, packed_b + packed_offset(k, n, block, panel), width, c + panel, c_stride,
                          columns, block > 0 ? Accumulate::yes : accumulate);
}

}  // namespace

void multiply_packed(int64_t m, int64_t n, int64_t k, TileRows a, const Real* packed_b, Real* c, int64_t c_stride,
                     Accumulate accumulate) {
  for (int64_t block = 0; block < k; block += kDepthBlock) {
    for (int64_t panel = 0; panel < n; panel += kPanelWidth) {
      multiply_block(panel, block, m, n, k, a, packed_b, c, c_stride, accumulate);
    }
  }
}

void multiply_packed_panel(int64_t panel, int64_t m, int64_t n, int64_t k, TileRows a, const Real* packed_b, Real* c,
                           int64_t c_stride, Accumulate accumulate) {
  for (int64_t block = 0; block < k; block += kDepthBlock) {
    multiply_block(panel, block, m, n, k, a, packed_b, c, c_stride, accumulate);
  }
}

void multiply_unpacked(int64_t m, int64_t n, int64_t k, TileRows a, const Real* b, int64_t b_stride, Real* c,
                       int64_t c_stride, Accumulate accumulate) {
  for (int64_t panel = 0; panel < n; panel += kPanelWidth) {
    const int64_t columns = std::min(kPanelWidth, n - panel);
    panel_function(columns)(m, k, a, b + panel, b_stride, c + panel, c_stride, columns, accumulate);
  }
}

void pack_rows(const Matrix& b, int64_t row, int64_t count, Real* packed) {
  for (int64_t k = 0; k < count; ++k) {
    for (int64_t n = 0; n < b.columns; n += kLanes) {
      Real* const to = packed + packed_offset(count, b.columns, k, n);
      const int64_t lanes = std::min(kLanes, b.columns - n);
      if (b.transposed) {
        Vec value{};
        for (int64_t lane = 0; lane < lanes; ++lane) value[lane] = b.data[(n + lane) * b.stride + row + k];
        store(to, value);
      } else {
        const Real* const from = b.data + (row + k) * b.stride + n;
        store(to, lanes == kLanes ? load(from) : load_partial(from, lanes));
      }
    }
  }
}

PackedMatrix::PackedMatrix(int64_t rows, int64_t columns)
    : rows_(rows), columns_(columns), values_({packed_size(rows, columns)}) {}

PackedMatrix::PackedMatrix(const Matrix& b) : PackedMatrix(b.rows, b.columns) {
  // Blocks of kDepthBlock rows are independent and consecutive in memory.
  parallel_for(b.rows, kDepthBlock, [&](int64_t begin, int64_t end) {
    pack_rows(b, begin, end - begin, data() + packed_offset(rows_, columns_, begin, 0));
  });
}

}  // namespace onefold
