#include "datasets/stb_image.h"

#include <cmath>

#include "core/check.h"
#include "tests/catch.h"
#include "tests/datasets/test_files.h"

namespace onefold {
namespace {

using test::Bytes;
using test::PngKind;

std::string error_of(const Bytes& bytes) {
  try {
    decode_image("some.png", bytes);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST_CASE("decode image: an RGB PNG gives its very samples", "[datasets]") {
  const Bytes samples = {1, 2, 3, 4, 5, 6, 7, 8, 9, 250, 251, 252, 253, 254, 255, 0, 100, 200};
  const DecodedImage image = decode_image("some.png", test::png_of(PngKind::kRgb, 2, 3, samples));
  CHECK(image.width == 2);
  CHECK(image.height == 3);
  CHECK(image.pixels == samples);
}

TEST_CASE("decode image: grey is repeated, transparency is dropped", "[datasets]") {
  CHECK(decode_image("some.png", test::png_of(PngKind::kGrey, 2, 1, {7, 200})).pixels ==
        Bytes{7, 7, 7, 200, 200, 200});
  CHECK(decode_image("some.png", test::png_of(PngKind::kRgbAlpha, 2, 1, {1, 2, 3, 0, 4, 5, 6, 128})).pixels ==
        Bytes{1, 2, 3, 4, 5, 6});
}

TEST_CASE("decode image: a JPEG gives its colours", "[datasets]") {
  const DecodedImage image = decode_image("some.jpg", test::small_jpeg());
  CHECK(image.width == 16);
  CHECK(image.height == 8);
  const int left[3] = {200, 61, 32}, right[3] = {21, 90, 220};
  for (size_t c = 0; c < 3; ++c) {
    CHECK(std::abs(image.pixels[c] - left[c]) <= 2);
    CHECK(std::abs(image.pixels[15 * 3 + c] - right[c]) <= 2);
  }
}

TEST_CASE("decode image: what is no image is an error with name, reason and remedy", "[datasets]") {
  const std::string text = "This is no image.";
  CHECK_THAT(error_of(Bytes(text.begin(), text.end())), ContainsSubstring("some.png: no PNG or JPEG image (") &&
                                                            ContainsSubstring("convert it to PNG or JPEG again"));
  CHECK_THAT(error_of({}), !ContainsSubstring("()") && ContainsSubstring("no PNG or JPEG image"));
  CHECK_THAT(error_of({'G', 'I', 'F', '8', '9', 'a', 1, 0, 1, 0, 0, 0, 0}), ContainsSubstring("no PNG or JPEG image"));
}

TEST_CASE("decode image: a file cut off anywhere is an error", "[datasets]") {
  const Bytes png = test::png_of_colour(3, 3, {9, 8, 7});
  const size_t end_of_pixels = png.size() - 12;  // the chunk IEND holds nothing
  for (size_t length = 0; length < end_of_pixels - 8; ++length) {
    CHECK_THROWS_AS(decode_image("cut.png", Bytes(png.begin(), png.begin() + static_cast<ptrdiff_t>(length))), Error);
  }
  const Bytes jpeg = test::small_jpeg();
  for (size_t length = 0; length < jpeg.size() - 2; ++length) {
    CHECK_THROWS_AS(decode_image("cut.jpg", Bytes(jpeg.begin(), jpeg.begin() + static_cast<ptrdiff_t>(length))), Error);
  }
}

TEST_CASE("decode image: an image too large, or larger than its file can hold, is refused", "[datasets]") {
  CHECK_THAT(error_of(test::png_of(PngKind::kRgb, 5000, 1, {1, 2, 3})), ContainsSubstring("some.png"));
  CHECK_THAT(error_of(test::png_of(PngKind::kGrey, 4096, 2048, {1})),
             ContainsSubstring("has 4096 x 2048 pixels, at most 4096 a side and 4194304"));
  CHECK_THAT(error_of(test::png_of(PngKind::kGrey, 2048, 2048, {1})),
             ContainsSubstring("claims 2048 x 2048 pixels in 69 bytes"));
}

}  // namespace
}  // namespace onefold
