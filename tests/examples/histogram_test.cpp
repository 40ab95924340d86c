#include "examples/labs/histogram.h"

#include <cmath>
#include <numeric>

#include "core/check.h"
#include "tests/catch.h"

using namespace onefold;

TEST_CASE("histogram: every number is in one interval, the highest in the last", "[examples]") {
  const Tensor a = Tensor::from({4}, {-1, 0, 1, 3}), b = Tensor::from({2}, {3, 0});
  const Histogram histogram = make_histogram({a, b}, 4);
  CHECK(histogram.counts == std::vector<int64_t>{1, 2, 1, 2});
  CHECK(histogram.low == -1);
  CHECK(histogram.high == 3);
  CHECK(histogram.largest() == 3);
  CHECK(std::abs(histogram.deviation - std::sqrt(20.0 / 6 - 1)) < 1e-12);
  CHECK(std::abs(histogram.spread() - 3 / histogram.deviation) < 1e-12);
}

TEST_CASE("histogram: equal numbers have no spread, none and no interval are an error", "[examples]") {
  const Histogram histogram = make_histogram({Tensor::full({5}, 2)}, 3);
  CHECK(histogram.counts == std::vector<int64_t>{5, 0, 0});
  CHECK(histogram.spread() == 0);
  CHECK_THROWS_AS(make_histogram({}, 3), Error);
  CHECK_THROWS_AS(make_histogram({Tensor::full({5}, 2)}, 0), Error);
}
