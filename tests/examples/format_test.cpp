#include "examples/cli/format.h"

#include <limits>

#include "tests/catch.h"

using namespace onefold;

TEST_CASE("format: numbers read as people write them", "[examples]") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1148234) == "1,148,234");
  CHECK(grouped(-1000) == "-1,000");
  CHECK(grouped(-100) == "-100");
  CHECK(percent(0.8731) == "87.3 %");
  CHECK(percent(1, 0) == "100 %");
  CHECK(scientific(1.94e-6) == "1.9e-06");
  CHECK(scientific(0) == "0");
  CHECK(plain(0.05) == "0.05");
  CHECK(fixed(0.48249, 3) == "0.482");
}

TEST_CASE("format: a time has the unit that fits it", "[examples]") {
  CHECK(duration(0) == "0 s");
  CHECK(duration(0.00000274) == "2.74 \u00b5s");
  CHECK(duration(0.0000274) == "27.4 \u00b5s");
  CHECK(duration(0.0001) == "0.10 ms");
  CHECK(duration(0.000812) == "0.81 ms");
  CHECK(duration(0.0812) == "81.2 ms");
  CHECK(duration(0.812) == "812 ms");
  CHECK(duration(43.21) == "43.2 s");
  CHECK(duration(119.6) == "2 min 0 s");
  CHECK(duration(724) == "12 min 4 s");
  CHECK(duration(7500) == "2 h 5 min");
}

TEST_CASE("format: what is not finite reads as a dash", "[examples]") {
  for (double value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    CHECK(fixed(value, 2) == "-");
    CHECK(plain(value) == "-");
    CHECK(scientific(value) == "-");
    CHECK(percent(value) == "-");
    CHECK(duration(value) == "-");
  }
}
