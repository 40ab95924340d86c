#include "core/check.h"

#include "core/shape.h"
#include "tests/catch.h"

using namespace onefold;

TEST_CASE("fail: joins its parts into the message of an Error", "[core]") {
  CHECK_THROWS_WITH(fail("conv2d: stride ", 0, " for ", Shape({2, 3}), ", needs ", 1.5),
                    "conv2d: stride 0 for [2 3], needs 1.5");
  CHECK_THROWS_AS(fail("x"), Error);
  CHECK_THROWS_AS(fail("x"), std::runtime_error);
}

TEST_CASE("check: throws exactly where its condition is false", "[core]") {
  CHECK_NOTHROW(check(true, "never seen"));
  CHECK_THROWS_WITH(check(false, "got ", 3), "got 3");
}
