#include "datasets/resize.h"

#include <cmath>
#include <numeric>

#include "core/check.h"
#include "tests/catch.h"
#include "tests/datasets/crafted_images.h"

namespace onefold {
namespace {

using test::Bytes;
using test::image_of;
using test::reds;

Bytes counted(size_t count) {
  Bytes numbers(count);
  std::iota(numbers.begin(), numbers.end(), uint8_t{0});
  return numbers;
}

TEST_CASE("resize: the centre is the largest part of the wanted proportions", "[datasets]") {
  CHECK(centre_of({10, 20, {}}, 32, 32) == Rectangle{0, 5, 10, 10});
  CHECK(centre_of({21, 10, {}}, 32, 32) == Rectangle{5, 0, 10, 10});
  CHECK(centre_of({7, 7, {}}, 32, 32) == Rectangle{0, 0, 7, 7});
  CHECK(centre_of({30, 40, {}}, 32, 64) == Rectangle{5, 0, 20, 40});
  CHECK(centre_of({1, 1000, {}}, 32, 32) == Rectangle{0, 499, 1, 1});
  CHECK(centre_of({1000, 1, {}}, 32, 64) == Rectangle{499, 0, 1, 1});
}

TEST_CASE("resize: at its own size an image stays as it is, and so does a part", "[datasets]") {
  const DecodedImage image = image_of(5, 7, counted(35));
  CHECK(resized(image, whole(image), 5, 7).pixels == image.pixels);
  CHECK(reds(resized(image, {1, 2, 2, 3}, 2, 3)) == Bytes{9, 10, 11, 16, 17, 18});
}

TEST_CASE("resize: a smaller image has the means of areas", "[datasets]") {
  const DecodedImage image = image_of(4, 4, {10, 20, 30, 40, 30, 40, 50, 60, 1, 2, 3, 4, 3, 4, 7, 8});
  CHECK(reds(resized(image, whole(image), 2, 2)) == Bytes{25, 45, 3, 6});  // 2.5 and 5.5, rounded
  CHECK(reds(resized(image, whole(image), 1, 1)) == Bytes{20});            // 19.5, rounded
  // Three pixels to two: each takes one and a half.
  const DecodedImage row = image_of(1, 3, {0, 90, 30});
  CHECK(reds(resized(row, whole(row), 1, 2)) == Bytes{30, 50});
}

TEST_CASE("resize: a larger image is interpolated linearly between the centres of pixels", "[datasets]") {
  const DecodedImage row = image_of(1, 2, {0, 80});
  CHECK(reds(resized(row, whole(row), 1, 4)) == Bytes{0, 20, 60, 80});
  CHECK(reds(resized(row, whole(row), 2, 2)) == Bytes{0, 80, 0, 80});
  const DecodedImage one = image_of(1, 1, {77});
  CHECK(reds(resized(one, whole(one), 3, 2)) == Bytes(6, 77));
}

TEST_CASE("resize: one colour stays one colour, and the mean stays the mean", "[datasets]") {
  for (const int64_t side : {1, 2, 3, 7, 31, 32, 33, 64, 100}) {
    const DecodedImage plain = image_of(side, side + 3, Bytes(static_cast<size_t>(side * (side + 3)), 201));
    CHECK(reds(resized(plain, whole(plain), 32, 32)) == Bytes(32 * 32, 201));
  }
  // Shrinking loses nothing: the sum over new pixels is that of the old ones, apart from rounding.
  const DecodedImage image = image_of(9, 13, counted(117));
  const Bytes small = reds(resized(image, whole(image), 4, 5));
  CHECK(std::abs(std::accumulate(small.begin(), small.end(), 0.0) / 20 - 58) < 0.5);
}

TEST_CASE("resize: a wrong part or size is an error", "[datasets]") {
  const DecodedImage image = image_of(2, 3, counted(6));
  for (const Rectangle part : {Rectangle{0, 0, 3, 3}, Rectangle{0, 1, 2, 3}, Rectangle{-1, 0, 2, 2}, Rectangle{}}) {
    CHECK_THROWS_WITH(resized(image, part, 2, 2), ContainsSubstring("is not within the image of 2 x 3"));
  }
  CHECK_THROWS_WITH(resized(image, whole(image), 0, 2), ContainsSubstring("choose at least 1 x 1"));
}

}  // namespace
}  // namespace onefold
