#include "datasets/exif.h"

#include "tests/catch.h"
#include "tests/datasets/crafted_images.h"

namespace onefold {
namespace {

using test::Bytes;

TEST_CASE("exif: the orientation is found in both byte orders, behind other segments and entries", "[datasets]") {
  for (const bool little_endian : {false, true}) {
    for (uint16_t orientation = 1; orientation <= 8; ++orientation) {
      const Bytes jpeg = test::with_orientation(test::small_jpeg(), orientation, little_endian);
      CHECK(exif_orientation(jpeg) == orientation);
      // Fill bytes before the marker, and a comment before the segment.
      Bytes filled = jpeg;
      filled.insert(filled.begin() + 2, {0xFF, 0xFF, 0xFF, 0xFE, 0, 5, 1, 2, 3, 0xFF});
      CHECK(exif_orientation(filled) == orientation);
    }
  }
}

TEST_CASE("exif: without an orientation, or with one that is none, an image is upright", "[datasets]") {
  CHECK(exif_orientation({}) == 1);
  CHECK(exif_orientation(test::small_jpeg()) == 1);
  CHECK(exif_orientation(test::png_of_colour(2, 2, {1, 2, 3})) == 1);
  for (const uint16_t orientation : {0, 9, 6 << 8, 65535}) {
    CHECK(exif_orientation(test::with_orientation(test::small_jpeg(), orientation, false)) == 1);
  }
  // Behind the pixels, or in a segment of another name, nothing is looked for.
  Bytes late = test::small_jpeg();
  test::append(late, test::exif_segment(6, false));
  CHECK(exif_orientation(late) == 1);
  Bytes other = test::with_orientation(test::small_jpeg(), 6, false);
  other[6] = 'X';  // "Xxif"
  CHECK(exif_orientation(other) == 1);
}

TEST_CASE("exif: hostile data are an upright image, and nothing outside of them is read", "[datasets]") {
  const Bytes whole = test::with_orientation(test::small_jpeg(), 6, true);
  const size_t segment_end = 2 + test::exif_segment(6, true).size();
  for (size_t length = 0; length < segment_end; ++length) {
    const Bytes cut(whole.data(), whole.data() + length);  // of its own size: a sanitizer sees what is read behind it
    const int orientation = exif_orientation(cut);
    CAPTURE(length);
    CHECK((orientation == 1 || orientation == 6));  // 6: only bytes behind the value are missing
    if (length < 40) CHECK(orientation == 1);
  }
  // Each byte of the segment replaced, also lengths, offsets and counts: any answer is one from 1 to 8.
  for (size_t place = 2; place < segment_end; ++place) {
    for (const uint8_t byte : {0x00, 0x01, 0x7F, 0x80, 0xFF}) {
      Bytes changed = whole;
      changed[place] = byte;
      const int orientation = exif_orientation(changed);
      CHECK((orientation >= 1 && orientation <= 8));
    }
  }
  // A directory at the end of the address space, and one of 65,535 entries of which none is there.
  Bytes far = whole;
  std::fill_n(far.begin() + 16, 4, uint8_t{0xFF});
  CHECK(exif_orientation(far) == 1);
  Bytes many = test::with_orientation(test::small_jpeg(), 6, true, 65535, 0x0111);
  CHECK(exif_orientation(many) == 1);
}

}  // namespace
}  // namespace onefold
