#include "datasets/stb_image.h"

#include <cmath>

#include "core/check.h"
#include "tests/catch.h"
#include "tests/datasets/crafted_images.h"
#include "tests/datasets/test_files.h"

namespace onefold {
namespace {

using test::Bytes;
using test::PngKind;

std::string decoding_error(const Bytes& bytes) {
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
  CHECK(decode_image("some.png", test::png_of(PngKind::kGrey, 2, 1, {7, 200})).pixels == Bytes{7, 7, 7, 200, 200, 200});
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
  CHECK_THAT(decoding_error(Bytes(text.begin(), text.end())),
             ContainsSubstring("some.png: not a PNG or JPEG image (") &&
                 ContainsSubstring("convert it to PNG or JPEG, or remove"));
  CHECK_THAT(decoding_error({}), !ContainsSubstring("()") && ContainsSubstring("not a PNG or JPEG image"));
  CHECK_THAT(decoding_error({'G', 'I', 'F', '8', '9', 'a', 1, 0, 1, 0, 0, 0, 0}),
             ContainsSubstring("not a PNG or JPEG image"));
}

/// A PNG and JPEGs of every kind: baseline and progressive, of one to four components, with restart markers.
std::vector<Bytes> whole_files() {
  using test::crafted_jpeg;
  return {test::png_of_colour(3, 3, {9, 8, 7}),
          test::crafted_png({4, 4, 2, 3, 1}, test::deflated_zeros(600), {{"PLTE", Bytes(12, 9)}, {"tEXt", {65}}}),
          test::small_jpeg(),
          crafted_jpeg({17, 9, false, {0x22, 0x11, 0x11}}, 24),
          crafted_jpeg({9, 9, false, {0x11, 0x11, 0x11, 0x11}}, 24),
          crafted_jpeg({33, 9, false, {0x11}, 1, 20}, 24),
          crafted_jpeg({17, 17, true, {0x11}, 3}, 24),
          crafted_jpeg({17, 17, true, {0x22, 0x11, 0x11}, 2}, 24)};
}

TEST_CASE("decode image: a file cut off anywhere is an error", "[datasets]") {
  for (const Bytes& file : whole_files()) {
    CHECK_NOTHROW(decode_image("whole", file));
    for (size_t length = 0; length < file.size(); ++length) {
      CAPTURE(length, file.size());
      CHECK_THAT(decoding_error(Bytes(file.begin(), file.begin() + static_cast<ptrdiff_t>(length))),
                 ContainsSubstring("some.png: "));
    }
  }
}

TEST_CASE("decode image: what follows the end of an image changes nothing", "[datasets]") {
  // A phone's film, another image, half a table, a table of too many codes, half a chunk.
  const std::vector<Bytes> trailers = {Bytes(2000, 0),
                                       Bytes(2000, 0xFF),
                                       test::small_jpeg(),
                                       {0xFF, 0xC4},
                                       Bytes(30, 0xC4),
                                       {0xFF, 0xD8, 0xFF, 0xDA},
                                       test::jpeg_segment(0xC4, Bytes(17, 0xFF)),
                                       {0, 0, 0, 9, 'I', 'D', 'A', 'T', 1}};
  for (const Bytes& file : whole_files()) {
    const Bytes pixels = decode_image("alone", file).pixels;
    for (const Bytes& trailer : trailers) {
      Bytes longer = file;
      test::append(longer, trailer);
      CHECK(decode_image("longer", longer).pixels == pixels);
    }
  }
}

TEST_CASE("decode image: a PNG with any bit flipped is an error", "[datasets]") {
  for (const Bytes& whole : {test::png_of_colour(3, 3, {9, 8, 7}),
                             test::crafted_png({2, 1, 8, 3}, test::stored({0, 0, 1}),
                                               {{"PLTE", {1, 2, 3, 4, 5, 6}}, {"tEXt", {65, 0, 66}}})}) {
    for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
      Bytes png = whole;
      png[bit / 8] = static_cast<uint8_t>(png[bit / 8] ^ 1 << bit % 8);
      CAPTURE(bit / 8, bit % 8);
      CHECK_THAT(decoding_error(png), ContainsSubstring("some.png: "));
    }
  }
}

TEST_CASE("decode image: a PNG's checksums are those of the specification", "[datasets]") {
  // The chunk IEND, which every PNG ends with, as any other program writes it.
  const Bytes png = test::png_of_colour(3, 3, {9, 8, 7});
  CHECK(Bytes(png.end() - 12, png.end()) == Bytes{0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xAE, 0x42, 0x60, 0x82});
}

TEST_CASE("decode image: a JPEG in which a decoder cannot go on is an error, though it has an end", "[datasets]") {
  Bytes jpeg = test::crafted_jpeg({17, 17, true, {0x11}, 2}, 24);
  jpeg.resize(jpeg.size() - 2);
  const Bytes whole = jpeg, end = {0xFF, 0xD9};
  const auto with = [&](const Bytes& segment) {
    Bytes bytes = whole;
    test::append(bytes, segment);
    test::append(bytes, end);
    return bytes;
  };
  CHECK(decoding_error(with({})) == "no error");
  CHECK(decoding_error(with(test::jpeg_segment(0xFE, {1, 2, 3}))) == "no error");
  // Tables of no known kind, a segment of no known kind, a length that cannot be, a code longer than its bits.
  for (const Bytes& segment :
       {test::jpeg_segment(0xDB, Bytes(65, 0x44)), test::jpeg_segment(0xC4, Bytes(17, 0x77)),
        test::jpeg_segment(0xC8, {}), test::jpeg_segment(0xDD, {1}), Bytes{0xFF, 0xE0, 0, 0},
        test::jpeg_segment(0xC4, {0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3})}) {
    CHECK_THAT(decoding_error(with(segment)), ContainsSubstring("some.png: cannot be decoded ("));
  }
}

TEST_CASE("decode image: an image too large, or larger than its file can hold, is refused", "[datasets]") {
  CHECK_THAT(decoding_error(test::png_of(PngKind::kRgb, 5000, 1, {1, 2, 3})), ContainsSubstring("some.png"));
  CHECK_THAT(decoding_error(test::png_of(PngKind::kGrey, 4096, 2048, {1})),
             ContainsSubstring("has 4096 x 2048 pixels, at most 4096 per side and 4194304"));
  CHECK_THAT(decoding_error(test::png_of(PngKind::kGrey, 2048, 2048, {1})),
             ContainsSubstring("claims 2048 x 2048 pixels in 69 bytes"));
}

}  // namespace
}  // namespace onefold
