#include "core/random.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/check.h"

namespace onefold {

namespace {

constexpr uint32_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
constexpr uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
constexpr int kRounds = 10;

uint32_t high_word(uint64_t value) { return static_cast<uint32_t>(value >> 32); }
uint32_t low_word(uint64_t value) { return static_cast<uint32_t>(value); }

/// A 53-bit fraction from 64 random bits.
double to_unit_interval(uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

}  // namespace

std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t product0 = uint64_t{kMultiplier0} * counter[0];
    const uint64_t product1 = uint64_t{kMultiplier1} * counter[2];
    counter = {high_word(product1) ^ counter[1] ^ key[0], low_word(product1), high_word(product0) ^ counter[3] ^ key[1],
               low_word(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

uint64_t Random::bits(uint64_t index) const {
  const auto words = philox({low_word(index), high_word(index), low_word(stream_), high_word(stream_)},
                            {low_word(seed_), high_word(seed_)});
  return uint64_t{words[1]} << 32 | words[0];
}

double Random::uniform(uint64_t index) const { return to_unit_interval(bits(index)); }

double Random::normal(uint64_t index) const {
  const auto words = philox({low_word(index), high_word(index), low_word(stream_), high_word(stream_)},
                            {low_word(seed_), high_word(seed_)});
  // 1 - u is in (0, 1], where the logarithm is finite.
  const double u = 1 - to_unit_interval(uint64_t{words[1]} << 32 | words[0]);
  const double v = to_unit_interval(uint64_t{words[3]} << 32 | words[2]);
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

int64_t Random::below(uint64_t index, int64_t bound) const {
  check(bound >= 1, "random: bound ", bound, " must be at least 1");
  return static_cast<int64_t>(uniform(index) * static_cast<double>(bound));
}

Tensor random_normal(const Shape& shape, const Random& random, double deviation) {
  Tensor tensor(shape);
  for (int64_t i = 0; i < tensor.size(); ++i) {
    tensor[i] = static_cast<Real>(deviation * random.normal(static_cast<uint64_t>(i)));
  }
  return tensor;
}

Tensor random_uniform(const Shape& shape, const Random& random, double low, double high) {
  // A value just below `high` may round up to it.
  const Real largest = std::nextafter(static_cast<Real>(high), static_cast<Real>(low));
  Tensor tensor(shape);
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const double value = low + (high - low) * random.uniform(static_cast<uint64_t>(i));
    tensor[i] = std::min(static_cast<Real>(value), largest);
  }
  return tensor;
}

}  // namespace onefold
