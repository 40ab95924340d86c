#pragma once

#include <algorithm>
#include <cstdint>

#include "core/parallel.h"
#include "core/simd.h"

namespace onefold {

// Loops over elements in steps of a vector, with the body written once: `[=](int64_t i, auto lanes)` loads and stores
// through `lanes`, which is the whole vector except in the last step, which has the remaining elements. For .cpp files,
// as Vec is.

/// All lanes of a vector: every step of a loop except the last.
struct AllLanes {
  static Vec load(const Real* from) { return onefold::load(from); }
  static void store(Real* to, Vec value) { onefold::store(to, value); }

  /// sums[lane] += value[lane], in double.
  static void add_to(double* sums, Vec value) {
    Real lanes[kLanes];
    onefold::store(lanes, value);
    for (int64_t lane = 0; lane < kLanes; ++lane) sums[lane] += static_cast<double>(lanes[lane]);
  }
};

/// The first `count` lanes: the last step, if a row is not a multiple of a vector.
struct FirstLanes {
  int64_t count;

  Vec load(const Real* from) const { return load_partial(from, count); }
  void store(Real* to, Vec value) const { store_partial(to, value, count); }
  void add_to(double* sums, Vec value) const {
    for (int64_t lane = 0; lane < count; ++lane) sums[lane] += static_cast<double>(value[lane]);
  }
};

/// Calls body(i, lanes) for i = begin, begin + kLanes, ... up to end.
template <class Body>
inline void for_each_vector(int64_t begin, int64_t end, const Body& body) {
  int64_t i = begin;
  for (; i + kLanes <= end; i += kLanes) body(i, AllLanes{});
  if (i < end) body(i, FirstLanes{end - i});
}

/// Elements per range of a parallel loop: enough to outweigh the overhead, few enough to balance the load.
inline constexpr int64_t kRangeNumbers = 32768;

/// for_each_vector over [0, count), spread over all threads. The body captures by value.
template <class Body>
void parallel_vectors(int64_t count, const Body& body) {
  parallel_for(count, kRangeNumbers, [&](int64_t begin, int64_t end) {
    // A local copy: what the body stores cannot alias the pointers it captured, so they stay in registers.
    const Body own = body;
    for_each_vector(begin, end, own);
  });
}

/// Rows of `channels` elements per range of a parallel loop that writes them.
inline int64_t rows_per_range(int64_t channels) {
  return std::max<int64_t>(1, kRangeNumbers / std::max<int64_t>(1, channels));
}

/// Calls body(i, c, lanes) for every vector of a [rows, channels] tensor, with its index i and its first channel c,
/// spread over all threads. The body captures by value.
template <class Body>
void parallel_rows(int64_t rows, int64_t channels, const Body& body) {
  parallel_for(rows, rows_per_range(channels), [&](int64_t begin, int64_t end) {
    const Body own = body;
    for (int64_t row = begin; row < end; ++row) {
      for_each_vector(0, channels, [&own, start = row * channels](int64_t c, auto lanes) { own(start + c, c, lanes); });
    }
  });
}

/// The same for a loop that sums rows: at least 128, so that there are few partial sums relative to the rows.
inline int64_t rows_per_sum(int64_t channels) { return std::max<int64_t>(128, rows_per_range(channels)); }

/// Rows that a reduction adds up in Vec before it continues in double: few enough for float's precision, and several
/// streams for the hardware to prefetch.
inline constexpr int64_t kRunRows = 16;

/// sums[c] += the sum over rows of x[row, c].
inline void add_rows(const Real* x, int64_t rows, int64_t channels, double* sums) {
  for (int64_t row = 0; row < rows; row += kRunRows) {
    const Real* run = x + row * channels;
    const int64_t run_rows = std::min(kRunRows, rows - row);
    for_each_vector(0, channels, [=](int64_t c, auto lanes) {
      Vec sum{};
      for (int64_t r = 0; r < run_rows; ++r) sum += lanes.load(run + r * channels + c);
      lanes.add_to(sums + c, sum);
    });
  }
}

}  // namespace onefold
