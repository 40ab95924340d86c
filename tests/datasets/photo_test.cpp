#include "datasets/photo.h"

#include "core/check.h"
#include "tests/catch.h"
#include "tests/datasets/crafted_images.h"

namespace onefold {
namespace {

using test::Bytes;
using test::image_of;
using test::reds;
using test::TemporaryFolder;

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

TEST_CASE("photo: a JPEG is turned by its EXIF orientation", "[datasets]") {
  const TemporaryFolder folder;
  const DecodedImage plain = decode_image("plain", test::small_jpeg());
  for (uint16_t orientation = 1; orientation <= 8; ++orientation) {
    test::write_file(folder / "a.jpg", test::with_orientation(test::small_jpeg(), orientation, orientation % 2 == 0));
    const Photo photo = load_photo(folder / "a.jpg");
    CHECK(photo.orientation == orientation);
    CHECK(photo.image.pixels == upright(plain, orientation).pixels);
  }
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
