#include "datasets/photo.h"

#include <cmath>
#include <numeric>

#include "core/check.h"
#include "tests/catch.h"
#include "tests/datasets/crafted_images.h"

namespace onefold {
namespace {

using test::Bytes;
using test::TemporaryFolder;

/// An image whose red channel holds these numbers, row by row; green is 100 more, blue zero.
DecodedImage image_of(int64_t height, int64_t width, const Bytes& numbers) {
  DecodedImage image{height, width, {}};
  for (const uint8_t number : numbers) {
    image.pixels.insert(image.pixels.end(), {number, static_cast<uint8_t>(number + 100), 0});
  }
  return image;
}

Bytes reds(const DecodedImage& image) {
  Bytes numbers;
  for (size_t i = 0; i < image.pixels.size(); i += 3) numbers.push_back(image.pixels[i]);
  return numbers;
}

Bytes counted(size_t count) {
  Bytes numbers(count);
  std::iota(numbers.begin(), numbers.end(), uint8_t{0});
  return numbers;
}

TEST_CASE("photo: each of the eight orientations is undone", "[datasets]") {
  // An F, stored as a camera would that was held so: the first row and the first column as the standard names them.
  //   0 1 2
  //   3 4 5
  const DecodedImage image = image_of(2, 3, {0, 1, 2, 3, 4, 5});
  const std::vector<Bytes> turned = {{0, 1, 2, 3, 4, 5}, {2, 1, 0, 5, 4, 3}, {5, 4, 3, 2, 1, 0}, {3, 4, 5, 0, 1, 2},
                                     {0, 3, 1, 4, 2, 5}, {3, 0, 4, 1, 5, 2}, {5, 2, 4, 1, 3, 0}, {2, 5, 1, 4, 0, 3}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const DecodedImage result = upright(image, orientation);
    CAPTURE(orientation);
    CHECK(result.height == (orientation >= 5 ? 3 : 2));
    CHECK(result.width == (orientation >= 5 ? 2 : 3));
    CHECK(reds(result) == turned[static_cast<size_t>(orientation - 1)]);
    // All channels move together, and the inverse brings each back: 6 and 8 are each other's, the rest their own.
    const int inverse = orientation == 6 ? 8 : orientation == 8 ? 6 : orientation;
    CHECK(upright(result, inverse).pixels == image.pixels);
  }
  for (const int orientation : {0, 9}) {
    CHECK_THROWS_WITH(upright(image, orientation), ContainsSubstring("expected 1 to 8"));
  }
}

TEST_CASE("photo: a JPEG is turned as its Exif data ask", "[datasets]") {
  const TemporaryFolder folder;
  const DecodedImage plain = decode_image("plain", test::small_jpeg());
  for (uint16_t orientation = 1; orientation <= 8; ++orientation) {
    test::write_file(folder / "a.jpg", test::with_orientation(test::small_jpeg(), orientation, orientation % 2 == 0));
    const Photo photo = load_photo(folder / "a.jpg");
    CHECK(photo.orientation == orientation);
    CHECK(photo.image.pixels == upright(plain, orientation).pixels);
  }
}

TEST_CASE("photo: the centre is the largest part of the wanted proportions", "[datasets]") {
  CHECK(centre_of({10, 20, {}}, 32, 32) == Rectangle{0, 5, 10, 10});
  CHECK(centre_of({21, 10, {}}, 32, 32) == Rectangle{5, 0, 10, 10});
  CHECK(centre_of({7, 7, {}}, 32, 32) == Rectangle{0, 0, 7, 7});
  CHECK(centre_of({30, 40, {}}, 32, 64) == Rectangle{5, 0, 20, 40});
  CHECK(centre_of({1, 1000, {}}, 32, 32) == Rectangle{0, 499, 1, 1});
  CHECK(centre_of({1000, 1, {}}, 32, 64) == Rectangle{499, 0, 1, 1});
}

TEST_CASE("photo: at its own size an image stays as it is, and so does a part", "[datasets]") {
  const DecodedImage image = image_of(5, 7, counted(35));
  CHECK(resized(image, whole(image), 5, 7).pixels == image.pixels);
  CHECK(reds(resized(image, {1, 2, 2, 3}, 2, 3)) == Bytes{9, 10, 11, 16, 17, 18});
}

TEST_CASE("photo: a smaller image has the means of areas", "[datasets]") {
  const DecodedImage image = image_of(4, 4, {10, 20, 30, 40, 30, 40, 50, 60, 1, 2, 3, 4, 3, 4, 7, 8});
  CHECK(reds(resized(image, whole(image), 2, 2)) == Bytes{25, 45, 3, 6});  // 2.5 and 5.5, rounded
  CHECK(reds(resized(image, whole(image), 1, 1)) == Bytes{20});            // 19.5, rounded
  // Three pixels to two: each takes one and a half.
  const DecodedImage row = image_of(1, 3, {0, 90, 30});
  CHECK(reds(resized(row, whole(row), 1, 2)) == Bytes{30, 50});
}

TEST_CASE("photo: a larger image is interpolated linearly between the centres of pixels", "[datasets]") {
  const DecodedImage row = image_of(1, 2, {0, 80});
  CHECK(reds(resized(row, whole(row), 1, 4)) == Bytes{0, 20, 60, 80});
  CHECK(reds(resized(row, whole(row), 2, 2)) == Bytes{0, 80, 0, 80});
  const DecodedImage one = image_of(1, 1, {77});
  CHECK(reds(resized(one, whole(one), 3, 2)) == Bytes(6, 77));
}

TEST_CASE("photo: one colour stays one colour, and the mean stays the mean", "[datasets]") {
  for (const int64_t side : {1, 2, 3, 7, 31, 32, 33, 64, 100}) {
    const DecodedImage plain = image_of(side, side + 3, Bytes(static_cast<size_t>(side * (side + 3)), 201));
    CHECK(reds(resized(plain, whole(plain), 32, 32)) == Bytes(32 * 32, 201));
  }
  // Shrinking loses nothing: the sum over new pixels is that of the old ones, apart from rounding.
  const DecodedImage image = image_of(9, 13, counted(117));
  const Bytes small = reds(resized(image, whole(image), 4, 5));
  CHECK(std::abs(std::accumulate(small.begin(), small.end(), 0.0) / 20 - 58) < 0.5);
}

TEST_CASE("photo: a wrong part or size is an error", "[datasets]") {
  const DecodedImage image = image_of(2, 3, counted(6));
  for (const Rectangle part : {Rectangle{0, 0, 3, 3}, Rectangle{0, 1, 2, 3}, Rectangle{-1, 0, 2, 2}, Rectangle{}}) {
    CHECK_THROWS_WITH(resized(image, part, 2, 2), ContainsSubstring("is not within the image of 2 x 3"));
  }
  CHECK_THROWS_WITH(resized(image, whole(image), 0, 2), ContainsSubstring("choose at least 1 x 1"));
}

TEST_CASE("photo: of every kind, and larger than images of a dataset may be", "[datasets]") {
  const TemporaryFolder folder;
  const auto size_of = [&](const Bytes& bytes) {
    test::write_file(folder / "photo", bytes);
    const Photo photo = load_photo(folder / "photo");
    return std::pair(photo.image.height, photo.image.width);
  };
  CHECK(size_of(test::crafted_png({5, 3, 16, 6}, test::stored(Bytes(3 * 41, 0)))) == std::pair<int64_t, int64_t>(3, 5));
  CHECK(size_of(test::crafted_png({4, 4, 2, 3}, test::stored(Bytes(8, 0)), {{"PLTE", Bytes(12, 9)}})) ==
        std::pair<int64_t, int64_t>(4, 4));
  CHECK(size_of(test::crafted_png({4000, 3000, 1}, test::deflated_zeros(1'503'000))) ==
        std::pair<int64_t, int64_t>(3000, 4000));
  CHECK(size_of(test::crafted_jpeg({4000, 3000}, 60'000)) == std::pair<int64_t, int64_t>(3000, 4000));
}

TEST_CASE("photo: what is none is an error that names the file, what was found and what to do", "[datasets]") {
  const TemporaryFolder folder;
  const auto refuses = [&](const Bytes& bytes, const std::string& words) {
    test::write_file(folder / "bad", bytes);
    CHECK_THROWS_WITH(load_photo(folder / "bad"),
                      ContainsSubstring((folder / "bad").string()) && ContainsSubstring(words));
  };
  refuses({'G', 'I', 'F'}, "not a PNG or JPEG image");
  refuses({}, "not a PNG or JPEG image");
  refuses(test::crafted_jpeg({65535, 100}, 20'000), "at most 16384 per side and 67108864 in total are allowed");
  refuses(test::crafted_jpeg({16000, 16000}, 600'000), "has 16000 x 16000 pixels, at most 16384 per side and 67108864");
  refuses(test::crafted_jpeg({8000, 8000}, 100), "claims 8000 x 8000 pixels in ");
  CHECK_THROWS_WITH(load_photo(folder / "missing.jpg"), ContainsSubstring("missing.jpg"));
  CHECK_THROWS_WITH(load_photo(folder.path()), ContainsSubstring(folder.path().string()));
}

}  // namespace
}  // namespace onefold
