#include "core/gemm/gemm_kernel.h"

#include <array>

#include "core/parallel.h"
#include "core/vector_loop.h"

namespace onefold {

namespace {

/// C[Rows, Vecs vectors] (+)= A B over `depth` steps: every accumulator stays in a register. Inlined into the calling
/// loop, since a call takes as long as a few steps.
template <int Rows, int Vecs, class Number>
[[gnu::always_inline]] inline void tile(int64_t depth, TileRowsOf<Number> a, const Number* b, int64_t b_stride, Real* c,
                                        int64_t c_stride, Accumulate accumulate) {
  // [register-tile]
  Vec sums[Rows][Vecs] = {};
  for (int64_t k = 0; k < depth; ++k) {
    decltype(load(b)) b_row[Vecs];
#pragma GCC unroll 4
    for (int j = 0; j < Vecs; ++j) b_row[j] = load(b + k * b_stride + j * kLanes);
#pragma GCC unroll 32
    for (int i = 0; i < Rows; ++i) {
      const auto factor = broadcast(a.data[i * a.row_stride + k * a.depth_stride]);
#pragma GCC unroll 4
      for (int j = 0; j < Vecs; ++j) sums[i][j] = multiply_add(sums[i][j], factor, b_row[j]);
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
template <int Rows, int Vecs, class Number>
void tile_of(int64_t rows, int64_t depth, TileRowsOf<Number> a, const Number* b, int64_t b_stride, Real* c,
             int64_t c_stride, Accumulate accumulate) {
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
template <int Vecs, class Number>
[[gnu::noinline]] void multiply_whole_panel(int64_t m, int64_t depth, TileRowsOf<Number> a, const Number* b,
                                            int64_t b_stride, Real* c, int64_t c_stride, Accumulate accumulate) {
  constexpr int64_t kRows = tile_rows(Vecs);
  int64_t i = 0;
  for (; i + kRows <= m; i += kRows) {
    tile<kRows, Vecs>(depth, a.from_row(i), b, b_stride, c + i * c_stride, c_stride, accumulate);
  }
  if (i < m) tile_of<kRows - 1, Vecs>(m - i, depth, a.from_row(i), b, b_stride, c + i * c_stride, c_stride, accumulate);
}

/// All rows of A times one panel of B, of which C has the first `columns` columns.
template <int Vecs, class Number>
void multiply_panel(int64_t m, int64_t depth, TileRowsOf<Number> a, const Number* b, int64_t b_stride, Real* c,
                    int64_t c_stride, int64_t columns, Accumulate accumulate) {
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

template <class Number>
using PanelFunction = void (*)(int64_t, int64_t, TileRowsOf<Number>, const Number*, int64_t, Real*, int64_t, int64_t,
                               Accumulate);

/// multiply_panel() for whole_vectors(columns).
template <class Number>
PanelFunction<Number> panel_function(int64_t columns) {
  constexpr std::array<PanelFunction<Number>, 5> kPanels = {nullptr, &multiply_panel<1>, &multiply_panel<2>,
                                                            &multiply_panel<std::min(3, kPanelVecs)>,
                                                            &multiply_panel<std::min(4, kPanelVecs)>};
  return kPanels[static_cast<size_t>(whole_vectors(columns) / kLanes)];
}

}  // namespace

bool has_bf16_products() {
#if defined(ONEFOLD_HAS_BF16_PRODUCTS)
  return true;
#else
  return false;
#endif
}

template <class Number>
void multiply_packed_columns(int64_t begin, int64_t end, int64_t m, int64_t n, int64_t k, TileRowsOf<Number> a,
                             const Number* packed_b, Real* c, int64_t c_stride, Accumulate accumulate) {
  for (int64_t block = 0; block < k; block += kDepthBlock) {
    const int64_t depth = std::min(kDepthBlock, k - block);
    const TileRowsOf<Number> a_block{a.data + block * a.depth_stride, a.row_stride, a.depth_stride};
    for (int64_t first = begin, last; first < end; first = last) {
      const int64_t panel = first / kPanelWidth * kPanelWidth;
      last = std::min(end, panel + kPanelWidth);
      panel_function<Number>(last - first)(m, depth, a_block, packed_b + packed_offset(k, n, block, first),
                                           whole_vectors(std::min(kPanelWidth, n - panel)), c + first - begin, c_stride,
                                           last - first, block > 0 ? Accumulate::yes : accumulate);
    }
  }
}

template <class Number>
void multiply_packed(int64_t m, int64_t n, int64_t k, TileRowsOf<Number> a, const Number* packed_b, Real* c,
                     int64_t c_stride, Accumulate accumulate) {
  multiply_packed_columns(0, n, m, n, k, a, packed_b, c, c_stride, accumulate);
}

template <class Number>
void multiply_unpacked(int64_t m, int64_t n, int64_t k, TileRowsOf<Number> a, const Number* b, int64_t b_stride,
                       Real* c, int64_t c_stride, Accumulate accumulate) {
  for (int64_t panel = 0; panel < n; panel += kPanelWidth) {
    const int64_t columns = std::min(kPanelWidth, n - panel);
    panel_function<Number>(columns)(m, k, a, b + panel, b_stride, c + panel, c_stride, columns, accumulate);
  }
}

template <class Number>
void pack_rows(const Matrix& b, int64_t row, int64_t count, Number* packed) {
  for (int64_t k = 0; k < count; ++k) {
    for (int64_t n = 0; n < b.columns; n += kLanes) {
      Number* const to = packed + packed_offset(steps<Number>(count), b.columns, k / kStepDepth<Number>, n);
      const int64_t lanes = std::min(kLanes, b.columns - n);
      if (b.transposed) {
        Vec value{};
        for (int64_t lane = 0; lane < lanes; ++lane) value[lane] = b.data[(n + lane) * b.stride + row + k];
        store_step(to, k, value);
      } else {
        const Real* const from = b.data + (row + k) * b.stride + n;
        store_step(to, k, lanes == kLanes ? load(from) : load_partial(from, lanes));
      }
    }
  }
}

template <class Number>
Tensor pack(const Matrix& b) {
  const int64_t depth = steps<Number>(b.rows);
  Tensor packed({packed_size(depth, b.columns)});
  // Blocks of kDepthBlock steps are independent and consecutive in memory.
  parallel_for(depth, kDepthBlock, [&](int64_t begin, int64_t end) {
    const int64_t row = begin * kStepDepth<Number>, count = std::min(b.rows, end * kStepDepth<Number>) - row;
    pack_rows(b, row, count, numbers<Number>(packed) + packed_offset(depth, b.columns, begin, 0));
  });
  return packed;
}

template <>
TileRows tile_rows<Real>(const Matrix& a, int64_t row, int64_t, int64_t column, int64_t, Tensor&) {
  return a.transposed ? TileRows{a.data + column * a.stride + row, 1, a.stride}
                      : TileRows{a.data + row * a.stride + column, a.stride, 1};
}

template <>
TileRowsOf<Bf16Pair> tile_rows<Bf16Pair>(const Matrix& a, int64_t row, int64_t count, int64_t column, int64_t depth,
                                         Tensor& buffer) {
  const TileRows from = tile_rows<Real>(a, row, count, column, depth, buffer);
  if (a.transposed) {  // the rows of a step lie one after the other
    const int64_t width = whole_vectors(count);
    buffer = Tensor({steps<Bf16Pair>(depth) * width});
    for (int64_t k = 0; k < depth; ++k) {
      for_each_vector(0, count, [=, to = numbers<Bf16Pair>(buffer) + k / 2 * width](int64_t i, auto lanes) {
        store_step(to + i, k, lanes.load(from.data + k * from.depth_stride + i));
      });
    }
    return {numbers<Bf16Pair>(buffer), 1, width};
  }
  const int64_t width = whole_vectors(steps<Bf16Pair>(depth));
  buffer = Tensor({count * width});
  for (int64_t i = 0; i < count; ++i) {
    auto* const to = reinterpret_cast<Bf16*>(numbers<Bf16Pair>(buffer) + i * width);
    for_each_vector(0, depth, [=, data = from.data + i * from.row_stride](int64_t k, auto lanes) {
      store(to + k, lanes.load(data + k));
    });
  }
  return {numbers<Bf16Pair>(buffer), width, 1};
}

#define ONEFOLD_PRODUCTS_OF(Number)                                                                             \
  template void multiply_packed(int64_t, int64_t, int64_t, TileRowsOf<Number>, const Number*, Real*, int64_t,   \
                                Accumulate);                                                                    \
  template void multiply_packed_columns(int64_t, int64_t, int64_t, int64_t, int64_t, TileRowsOf<Number>,        \
                                        const Number*, Real*, int64_t, Accumulate);                             \
  template void multiply_unpacked(int64_t, int64_t, int64_t, TileRowsOf<Number>, const Number*, int64_t, Real*, \
                                  int64_t, Accumulate);                                                         \
  template void pack_rows(const Matrix&, int64_t, int64_t, Number*);                                            \
  template Tensor pack<Number>(const Matrix&);
ONEFOLD_PRODUCTS_OF(Real)
ONEFOLD_PRODUCTS_OF(Bf16Pair)
#undef ONEFOLD_PRODUCTS_OF

}  // namespace onefold
