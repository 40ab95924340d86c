#pragma once

#include <cstdint>
#include <cstring>

#include "core/real.h"

#if defined(__AVX512BF16__) && !defined(ONEFOLD_REAL_IS_DOUBLE)
#include <immintrin.h>
#define ONEFOLD_HAS_BF16_PRODUCTS 1
#endif

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

/// The machine's number of vector registers, which limits the accumulators that a kernel can keep. A browser that runs
/// WebAssembly on x86-64 needs some of the 16 itself.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int kVecRegisters = 32;
#elif defined(__wasm__)
inline constexpr int kVecRegisters = 12;
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

// bfloat16 is the upper half of a float: its range, but 8 bits of mantissa. An instruction sums two products of such
// numbers in float, so a product takes half the instructions and its operands half the memory. Kalamkar et al.: "A
// Study of BFLOAT16 for Deep Learning Training", 2019.

/// A number in bfloat16, and two in one word, the first in its lower half.
struct Bf16 {
  uint16_t bits;
};
struct Bf16Pair {
  uint32_t bits;
};

/// As many pairs as Vec has lanes, and the same in memory.
typedef uint32_t PairVec __attribute__((vector_size(kLanes * 4)));
typedef uint32_t PairVecInMemory __attribute__((vector_size(kLanes * 4), aligned(4), may_alias));

inline PairVec load(const Bf16Pair* from) { return *reinterpret_cast<const PairVecInMemory*>(from); }
inline void store(Bf16Pair* to, PairVec pairs) { *reinterpret_cast<PairVecInMemory*>(to) = pairs; }
inline PairVec broadcast(Bf16Pair pair) { return pair.bits + PairVec{}; }

/// Each lane rounded to the nearest bfloat16, ties to even, in the upper half of a word. A NaN stays a NaN.
inline PairVec round_to_bf16(Vec value) {
  typedef float FloatVec __attribute__((vector_size(kLanes * 4)));
  const auto narrow = __builtin_convertvector(value, FloatVec);
  const auto bits = reinterpret_cast<PairVec>(narrow);
  const PairVec rounded = bits + 0x7fff + (bits >> 16 & 1);
  return (narrow == narrow ? rounded : bits | 0x400000) & 0xffff0000;
}

/// The pairs (first[i], second[i]), rounded.
inline PairVec to_pairs(Vec first, Vec second) { return round_to_bf16(first) >> 16 | round_to_bf16(second); }

/// Stores the lanes one after the other, rounded.
inline void store(Bf16* to, Vec value) {
  typedef uint16_t HalfVec __attribute__((vector_size(kLanes * 2)));
#if defined(ONEFOLD_HAS_BF16_PRODUCTS)
  const auto halves = _mm512_cvtneps_pbh(reinterpret_cast<__m512>(value));
#else
  const auto halves = __builtin_convertvector(round_to_bf16(value) >> 16, HalfVec);
#endif
  static_assert(sizeof halves == sizeof(HalfVec));
  std::memcpy(to, &halves, sizeof halves);
}

/// sum + a b, lane by lane; of pairs, sum + the two products of a lane.
inline Vec multiply_add(Vec sum, Vec a, Vec b) { return sum + a * b; }
inline Vec multiply_add(Vec sum, PairVec a, PairVec b) {
#if defined(ONEFOLD_HAS_BF16_PRODUCTS)
  return reinterpret_cast<Vec>(
      _mm512_dpbf16_ps(reinterpret_cast<__m512>(sum), reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b)));
#else
  typedef float FloatVec __attribute__((vector_size(kLanes * 4)));
  const auto widen = [](PairVec bits) { return __builtin_convertvector(reinterpret_cast<FloatVec>(bits), Vec); };
  return sum + widen(a << 16) * widen(b << 16) + widen(a & 0xffff0000) * widen(b & 0xffff0000);
#endif
}

}  // namespace onefold
