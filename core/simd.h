#pragma once

#include <cstdint>

#include "core/real.h"

namespace onefold {

// The vector width is chosen here, once, from the instruction sets that the compiler may use. A vector wider than the
// machine's would be split over several registers and spill.
#if defined(__AVX512F__)
inline constexpr int kVecBytes = 64;
#elif defined(__AVX__)
inline constexpr int kVecBytes = 32;
#else
inline constexpr int kVecBytes = 16;
#endif

/// The machine's number of vector registers, which limits the accumulators that a kernel can keep.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int kVecRegisters = 32;
#else
inline constexpr int kVecRegisters = 16;
#endif

/// The machine's vector of Real (the vector extension of GCC and Clang): + - * / and comparisons work lane by lane, and
/// `condition ? a : b` selects by lane. For the library's own .cpp files: its width differs between builds.
typedef Real Vec __attribute__((vector_size(kVecBytes)));

/// The same in memory, aligned to a single element only: the type that load() and store() access.
typedef Real VecInMemory __attribute__((vector_size(kVecBytes), aligned(alignof(Real)), may_alias));

/// Elements per Vec.
inline constexpr int64_t kLanes = kVecBytes / static_cast<int64_t>(sizeof(Real));

/// `count` rounded up to whole vectors.
constexpr int64_t whole_vectors(int64_t count) { return (count + kLanes - 1) / kLanes * kLanes; }

inline Vec load(const Real* from) { return *reinterpret_cast<const VecInMemory*>(from); }
inline void store(Real* to, Vec value) { *reinterpret_cast<VecInMemory*>(to) = value; }

/// The same value in every lane. (Subtracting zero preserves -0.)
inline Vec broadcast(Real value) { return value - Vec{}; }

/// Loads the first `count` lanes and sets the others to zero.
inline Vec load_partial(const Real* from, int64_t count) {
  Vec value{};
  for (int64_t lane = 0; lane < count; ++lane) value[lane] = from[lane];
  return value;
}

/// Stores the first `count` lanes.
inline void store_partial(Real* to, Vec value, int64_t count) {
  for (int64_t lane = 0; lane < count; ++lane) to[lane] = value[lane];
}

/// The maximum per lane, and a if either is NaN: max(x, Vec{}) passes a NaN of x through.
inline Vec max(Vec a, Vec b) { return a < b ? b : a; }

inline Real sum_of_lanes(Vec value) {
  Real sum = 0;
  for (int64_t lane = 0; lane < kLanes; ++lane) sum += value[lane];
  return sum;
}

}  // namespace onefold
