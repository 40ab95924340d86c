#include "core/gemm/gemm.h"

#include <algorithm>
#include <vector>

#include "core/check.h"
#include "core/gemm/gemm_kernel.h"
#include "core/parallel.h"
#include "core/vector_loop.h"

namespace onefold {

// Legend: C[M, N] = A[M, K] B[K, N].

namespace {

/// Rows of C that a thread takes at a time: many register tiles, but small enough to balance the load.
constexpr int64_t kRowBlock = 48;

/// A product with few rows of C and more steps than this is split along K.
constexpr int64_t kLongDepth = 2048;

Real element(const Matrix& matrix, int64_t row, int64_t column) {
  return matrix.transposed ? matrix.data[column * matrix.stride + row] : matrix.data[row * matrix.stride + column];
}

void check_extents(const Matrix& a, const Matrix& b) {
  check(a.columns == b.rows, "gemm: A is ", a.rows, " x ", a.columns, ", B is ", b.rows, " x ", b.columns,
        "; the inner extents must be equal");
}

void clear(int64_t m, int64_t n, Real* c, int64_t c_stride) {
  for (int64_t i = 0; i < m; ++i) std::fill_n(c + i * c_stride, n, Real{0});
}

/// Each thread owns blocks of C's rows.
template <class Number>
void gemm_by_rows(const Matrix& a, const Matrix& b, Real* c, int64_t c_stride, Accumulate accumulate) {
  const Tensor packed = pack<Number>(b);
  parallel_for(a.rows, kRowBlock, [&](int64_t begin, int64_t end) {
    Tensor buffer;
    const auto rows = tile_rows<Number>(a, begin, end - begin, 0, a.columns, buffer);
    multiply_packed(end - begin, b.columns, steps<Number>(b.rows), rows, numbers<Number>(packed), c + begin * c_stride,
                    c_stride, accumulate);
  });
}

/// Each thread owns ranges of K and computes a C of its own from each; these are added in order. For gradients of
/// weights: there C is small and K counts all pixels of a batch.
template <class Number>
void gemm_by_depth(const Matrix& a, const Matrix& b, Real* c, int64_t c_stride, Accumulate accumulate) {
  const int64_t m = a.rows, n = b.columns, depth = a.columns;
  const int64_t range = std::max(kLongDepth / 2, (depth / 16 + kDepthBlock - 1) / kDepthBlock * kDepthBlock);
  const int64_t ranges = (depth + range - 1) / range;
  // In whole vectors, each element of B is read only a few times.
  const bool lies_well = std::is_same_v<Number, Real> && !b.transposed && n % kLanes == 0;
  Tensor shares({ranges, m, n});
  parallel_for(depth, range, [&](int64_t begin, int64_t end) {
    Real* const share = shares.data() + begin / range * m * n;
    Tensor packed, buffer;
    if (!lies_well) packed = Tensor({packed_size(kDepthBlock, n)});
    for (int64_t k = begin; k < end; k += kDepthBlock) {
      const int64_t block = std::min(kDepthBlock, end - k);
      const Accumulate into = k > begin ? Accumulate::yes : Accumulate::no;
      const auto rows = tile_rows<Number>(a, 0, m, k, block, buffer);
      if constexpr (std::is_same_v<Number, Real>) {
        if (lies_well) {
          multiply_unpacked(m, n, block, rows, b.data + k * b.stride, b.stride, share, n, into);
          continue;
        }
      }
      pack_rows(b, k, block, numbers<Number>(packed));
      multiply_packed(m, n, steps<Number>(block), rows, numbers<Number>(packed), share, n, into);
    }
  });

  parallel_for(m, std::max<int64_t>(1, 4096 / std::max<int64_t>(n, 1)), [&](int64_t begin, int64_t end) {
    std::vector<double> sums(static_cast<size_t>(n));
    for (int64_t i = begin; i < end; ++i) {
      Real* const row = c + i * c_stride;
      if (accumulate == Accumulate::yes) {
        std::copy_n(row, n, sums.begin());
      } else {
        std::fill(sums.begin(), sums.end(), 0.0);
      }
      for (int64_t r = 0; r < ranges; ++r) {
        for_each_vector(0, n, [&, share = shares.data() + (r * m + i) * n](int64_t j, auto lanes) {
          lanes.add_to(sums.data() + j, lanes.load(share + j));
        });
      }
      for (int64_t j = 0; j < n; ++j) row[j] = static_cast<Real>(sums[static_cast<size_t>(j)]);
    }
  });
}

}  // namespace

void gemm_naive(const Matrix& a, const Matrix& b, Real* c, int64_t c_stride, Accumulate accumulate) {
  check_extents(a, b);
  for (int64_t i = 0; i < a.rows; ++i) {
    for (int64_t j = 0; j < b.columns; ++j) {
      Real sum = accumulate == Accumulate::yes ? c[i * c_stride + j] : Real{0};
      for (int64_t k = 0; k < a.columns; ++k) sum += element(a, i, k) * element(b, k, j);
      c[i * c_stride + j] = sum;
    }
  }
}

void gemm(const Matrix& a, const Matrix& b, Real* c, int64_t c_stride, Accumulate accumulate, Precision precision) {
  check_extents(a, b);
  if (a.columns == 0) {
    if (accumulate == Accumulate::no) clear(a.rows, b.columns, c, c_stride);
    return;
  }
  const bool small_result = a.rows * b.columns <= 256 * 256;
  with_number(precision, [&]<class Number>(Number) {
    if (a.columns > kLongDepth && small_result) {
      gemm_by_depth<Number>(a, b, c, c_stride, accumulate);
    } else {
      gemm_by_rows<Number>(a, b, c, c_stride, accumulate);
    }
  });
}

}  // namespace onefold
