#include "core/simd.h"

#include <cmath>
#include <limits>
#include <vector>

#include "core/random.h"
#include "core/vector_loop.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

constexpr Real kNan = std::numeric_limits<Real>::quiet_NaN();

std::vector<Real> lanes_of(Vec value) {
  std::vector<Real> lanes(static_cast<size_t>(kLanes));
  store(lanes.data(), value);
  return lanes;
}

std::vector<Real> counting(int64_t count) {
  std::vector<Real> numbers(static_cast<size_t>(count));
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<Real>(i + 1);
  return numbers;
}

}  // namespace

TEST_CASE("vec: loads and stores at any address", "[core]") {
  const std::vector<Real> numbers = counting(2 * kLanes);
  for (int64_t offset = 0; offset <= kLanes; ++offset) {
    const auto from = numbers.begin() + offset;
    CHECK(lanes_of(load(&*from)) == std::vector<Real>(from, from + kLanes));
  }
}

TEST_CASE("vec: a partial load and store touch the first lanes only", "[core]") {
  for (int64_t count = 0; count <= kLanes; ++count) {
    std::vector<Real> memory(static_cast<size_t>(kLanes), kNan);
    std::copy_n(counting(kLanes).begin(), count, memory.begin());
    std::vector<Real> expected(static_cast<size_t>(kLanes), 0);
    std::copy_n(memory.begin(), count, expected.begin());
    CHECK(lanes_of(load_partial(memory.data(), count)) == expected);

    std::vector<Real> target(static_cast<size_t>(kLanes), -7);
    store_partial(target.data(), broadcast(3), count);
    CHECK(std::count(target.begin(), target.begin() + count, Real{3}) == count);
    CHECK(std::count(target.begin() + count, target.end(), Real{-7}) == kLanes - count);
  }
}

TEST_CASE("vec: broadcast, maximum and sum of lanes", "[core]") {
  CHECK(lanes_of(broadcast(2.5)) == std::vector<Real>(static_cast<size_t>(kLanes), 2.5));
  for (const Real lane : lanes_of(broadcast(-Real{0}))) CHECK(std::signbit(lane));

  const Vec rising = load(counting(kLanes).data());
  CHECK(sum_of_lanes(rising) == static_cast<Real>(kLanes * (kLanes + 1) / 2));
  const std::vector<Real> larger = lanes_of(max(rising, broadcast(3)));
  for (size_t i = 0; i < larger.size(); ++i) CHECK(larger[i] == std::max<Real>(static_cast<Real>(i + 1), 3));
  const Real nan = std::numeric_limits<Real>::quiet_NaN();
  for (const Real lane : lanes_of(max(broadcast(nan), Vec{}))) CHECK(std::isnan(lane));
}

TEST_CASE("vector loops: visit every number once, for any count", "[core]") {
  for (int64_t count = 0; count <= 3 * kLanes + 1; ++count) {
    CAPTURE(count);
    // One number more on either side, which must stay as it is.
    std::vector<Real> numbers = counting(count + 2);
    const std::vector<Real> before = numbers;
    for_each_vector(0, count, [to = numbers.data() + 1](int64_t i, auto lanes) {
      lanes.store(to + i, lanes.load(to + i) + broadcast(100));
    });
    CHECK(numbers.front() == before.front());
    CHECK(numbers.back() == before.back());
    for (int64_t i = 1; i <= count; ++i) CHECK(numbers[static_cast<size_t>(i)] == before[static_cast<size_t>(i)] + 100);
  }
}

TEST_CASE("vector loops: parallel ones cover long rows and many", "[core]") {
  Tensor flat = Tensor::zeros({2 * kRangeNumbers + 5});
  parallel_vectors(flat.size(), [to = flat.data()](int64_t i, auto lanes) {
    lanes.store(to + i, lanes.load(to + i) + broadcast(1));
  });
  CHECK(flat.to_vector() == std::vector<Real>(static_cast<size_t>(flat.size()), 1));

  // Every number gets its channel.
  for (const int64_t channels : {1, 10, 48, 70000}) {
    const int64_t rows = 70000 / channels + 3;
    const std::vector<Real> channel = counting(channels);
    Tensor y = Tensor::zeros({rows, channels});
    parallel_rows(rows, channels, [from = channel.data(), to = y.data()](int64_t i, int64_t c, auto lanes) {
      lanes.store(to + i, lanes.load(to + i) + lanes.load(from + c));
    });
    int64_t wrong = 0;
    for (int64_t i = 0; i < y.size(); ++i) wrong += y[i] != channel[static_cast<size_t>(i % channels)];
    CHECK(wrong == 0);
  }
}

TEST_CASE("add_rows: adds to what is there the sum of each column", "[core]") {
  for (const int64_t rows : {0, 1, 15, 16, 17, 100}) {
    for (const int64_t channels : {1, 3, 16, 37}) {
      const Tensor x = random_normal({rows, channels}, Random(1, 0));
      std::vector<double> sums(static_cast<size_t>(channels), 5.0);
      add_rows(x.data(), rows, channels, sums.data());
      for (int64_t c = 0; c < channels; ++c) {
        double expected = 5, magnitude = 5;
        for (int64_t row = 0; row < rows; ++row) {
          expected += static_cast<double>(x[row * channels + c]);
          magnitude += std::abs(static_cast<double>(x[row * channels + c]));
        }
        const double rounding = std::numeric_limits<Real>::epsilon();
        CHECK(std::abs(sums[static_cast<size_t>(c)] - expected) <= 16 * rounding * magnitude);
      }
    }
  }
}
