#pragma once

#include <array>
#include <cstdint>

#include "core/real.h"
#include "core/tensor.h"

namespace onefold {

/// Philox4x32-10: four random 32-bit words from a 128-bit counter and a 64-bit key.
/// Salmon, Moraes, Dror, Shaw: "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011, section 3.3.
std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

/// A counter-based generator: value = f(seed, stream, index), with no state between calls. So a value depends neither
/// on the thread that draws it nor on the number of values drawn before, and a resumed run draws the same values.
class Random {
 public:
  Random(uint64_t seed, uint64_t stream) : seed_(seed), stream_(stream) {}

  /// 64 random bits.
  uint64_t bits(uint64_t index) const;

  /// Uniform in [0, 1), a multiple of 2^-53.
  double uniform(uint64_t index) const;

  /// Standard normal (Box-Muller).
  double normal(uint64_t index) const;

  /// Uniform in {0, ..., bound - 1}; bound must be at least 1.
  int64_t below(uint64_t index, int64_t bound) const;

 private:
  uint64_t seed_;
  uint64_t stream_;
};

/// A tensor of normals with the given std, and one of uniforms in [low, high). Element i is value i of the generator.
Tensor random_normal(const Shape& shape, const Random& random, double deviation = 1);
Tensor random_uniform(const Shape& shape, const Random& random, double low = 0, double high = 1);

}  // namespace onefold
