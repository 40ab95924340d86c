#include "core/random.h"

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "core/check.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

using Words = std::array<uint32_t, 4>;
constexpr int kDraws = 100000;

/// Mean of f over the draws 0, 1, 2 ...
template <class Function>
double mean_of_draws(Function f) {
  double sum = 0;
  for (int i = 0; i < kDraws; ++i) sum += f(static_cast<uint64_t>(i));
  return sum / kDraws;
}

}  // namespace

TEST_CASE("philox: the known answers that its authors publish with Random123", "[core]") {
  constexpr uint32_t kOnes = 0xffffffff;
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  // Counter and key from the digits of pi.
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("random: a value depends on seed, stream and index, and on nothing else", "[core]") {
  const Random random(1, 2);
  const uint64_t value = random.bits(5);
  random.bits(6);
  random.normal(0);
  CHECK(random.bits(5) == value);
  CHECK(Random(1, 2).bits(5) == value);
  CHECK(Random(1, 2).bits(6) != value);
  CHECK(Random(1, 3).bits(5) != value);
  CHECK(Random(2, 2).bits(5) != value);

  // The upper halves of all three count too.
  constexpr uint64_t kHigh = uint64_t{1} << 40;
  CHECK(Random(1 + kHigh, 2).bits(5) != value);
  CHECK(Random(1, 2 + kHigh).bits(5) != value);
  CHECK(Random(1, 2).bits(5 + kHigh) != value);
}

TEST_CASE("random: uniform has the moments of 0 to 1 and never reaches 1", "[core]") {
  const Random random(11, 0);
  double smallest = 1, largest = 0;
  for (uint64_t i = 0; i < kDraws; ++i) {
    smallest = std::min(smallest, random.uniform(i));
    largest = std::max(largest, random.uniform(i));
  }
  CHECK(smallest >= 0);
  CHECK(smallest < 1e-3);
  CHECK(largest < 1);
  CHECK(largest > 1 - 1e-3);

  // Five standard errors: sqrt(1/12 / draws) and sqrt(1/180 / draws).
  const double mean = mean_of_draws([&](uint64_t i) { return random.uniform(i); });
  const double variance = mean_of_draws([&](uint64_t i) { return std::pow(random.uniform(i) - 0.5, 2); });
  CHECK(std::abs(mean - 0.5) < 5 * std::sqrt(1.0 / 12 / kDraws));
  CHECK(std::abs(variance - 1.0 / 12) < 5 * std::sqrt(1.0 / 180 / kDraws));

  // Neighbours are not related.
  const double product =
      mean_of_draws([&](uint64_t i) { return (random.uniform(i) - 0.5) * (random.uniform(i + 1) - 0.5); });
  CHECK(std::abs(product) < 5.0 / 12 / std::sqrt(kDraws));
}

TEST_CASE("random: normal has the first four moments of a standard normal", "[core]") {
  const Random random(12, 0);
  const auto moment = [&](int power) {
    return mean_of_draws([&](uint64_t i) { return std::pow(random.normal(i), power); });
  };
  // Five standard errors: the variances of z, z^2, z^3, z^4 are 1, 2, 15, 96.
  CHECK(std::abs(moment(1)) < 5 * std::sqrt(1.0 / kDraws));
  CHECK(std::abs(moment(2) - 1) < 5 * std::sqrt(2.0 / kDraws));
  CHECK(std::abs(moment(3)) < 5 * std::sqrt(15.0 / kDraws));
  CHECK(std::abs(moment(4) - 3) < 5 * std::sqrt(96.0 / kDraws));
}

TEST_CASE("random: below reaches every number equally often and no other", "[core]") {
  const Random random(13, 0);
  constexpr int64_t kBound = 10;
  std::vector<int> counts(kBound, 0);
  for (uint64_t i = 0; i < kDraws; ++i) ++counts.at(static_cast<size_t>(random.below(i, kBound)));
  double chi_square = 0;
  for (const int count : counts) chi_square += std::pow(count - kDraws / 10.0, 2) / (kDraws / 10.0);
  CHECK(chi_square < 33.7);  // nine degrees of freedom: beyond with probability 1e-4

  CHECK(random.below(0, 1) == 0);
  CHECK_THROWS_WITH(random.below(0, 0), "random: bound 0 must be at least 1");
}

TEST_CASE("random tensors: element i is value i of the generator", "[core]") {
  const Random random(14, 3);
  const Tensor normals = random_normal({3, 4}, random, 2.5), uniforms = random_uniform({3, 4}, random, -1, 3);
  CHECK(normals.shape() == Shape({3, 4}));
  for (int64_t i = 0; i < 12; ++i) {
    CHECK(normals[i] == static_cast<Real>(2.5 * random.normal(static_cast<uint64_t>(i))));
    CHECK(uniforms[i] == Approx(-1 + 4 * random.uniform(static_cast<uint64_t>(i))));
  }
  // A longer tensor begins with the same numbers.
  CHECK(random_normal({100}, random, 2.5)[11] == normals[11]);
}

TEST_CASE("random_uniform: rounding does not reach the upper bound", "[core]") {
  // Between 1 and the next number lies nothing: half of the values would round up to it.
  const Real next = std::nextafter(Real{1}, Real{2});
  const Tensor uniforms = random_uniform({100}, Random(15, 0), 1, static_cast<double>(next));
  CHECK(uniforms.to_vector() == std::vector<Real>(100, 1));
}
