#include "core/shape.h"

#include <vector>

#include "core/check.h"
#include "tests/catch.h"

using namespace onefold;

TEST_CASE("shape: size, rows and extents of every rank", "[core]") {
  const Shape scalar;
  CHECK(scalar.rank() == 0);
  CHECK(scalar.size() == 1);
  CHECK(scalar.rows() == 1);

  const Shape images{8, 32, 30, 3};
  CHECK(images.rank() == 4);
  CHECK(images.size() == 8 * 32 * 30 * 3);
  CHECK(images.rows() == 8 * 32 * 30);
  CHECK(Shape({5}).rows() == 1);
  CHECK(Shape({4, 0, 3}).size() == 0);
  CHECK(Shape({4, 0, 3}).rows() == 0);
  CHECK(Shape({4, 3, 0}).rows() == 12);
}

TEST_CASE("shape: a negative axis counts from the end", "[core]") {
  const Shape shape{8, 32, 30, 3};
  for (int axis = 0; axis < 4; ++axis) CHECK(shape[axis - 4] == shape[axis]);
  CHECK(shape[-1] == 3);
  CHECK(shape[1] == 32);
}

TEST_CASE("shape: equal only in rank and every extent", "[core]") {
  CHECK(Shape({2, 3}) == Shape({2, 3}));
  CHECK(Shape({2, 3}) != Shape({3, 2}));
  CHECK(Shape({1}) != Shape());
  CHECK(Shape({2, 3}) != Shape({2, 3, 1}));
  const std::vector<int64_t> extents{2, 3};
  CHECK(Shape(extents.data(), 2) == Shape({2, 3}));
}

TEST_CASE("shape: shows itself in brackets", "[core]") {
  CHECK(Shape({8, 32, 32, 3}).text() == "[8 32 32 3]");
  CHECK(Shape({7}).text() == "[7]");
  CHECK(Shape().text() == "[]");
  std::ostringstream stream;
  stream << Shape({2, 3});
  CHECK(stream.str() == "[2 3]");
}

TEST_CASE("shape: refuses what is no shape", "[core]") {
  CHECK_THROWS_WITH(Shape({1, 2, 3, 4, 5}), "shape: got 5 dimensions, at most 4 are supported; join some");
  CHECK_THROWS_WITH(Shape({2, -1}), "shape: extent -1 of axis 1 is negative; it must be at least 0");

  // The product is checked before it can overflow.
  const int64_t big = int64_t{1} << 20;
  CHECK(Shape({big, big}).size() == int64_t{1} << 40);
  CHECK_THROWS_WITH(Shape({big, big, 2}), "shape: more than 2^40 elements requested; make it smaller");
  CHECK_THROWS_AS(Shape({INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX}), Error);
  CHECK_THROWS_AS(Shape({int64_t{1} << 32, int64_t{1} << 32}), Error);
}
