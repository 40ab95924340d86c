// Files that claim much and hold little: each must be refused for under 1 MiB of memory and one second.

#include <malloc.h>

#include "datasets/stb_image.h"
#include "tests/catch.h"
#include "tests/cost.h"
#include "tests/datasets/crafted_images.h"

namespace onefold {
namespace {

using test::append;
using test::Bytes;

/// Checks that a file is refused so, and cheaply.
void check_refused(const Bytes& bytes, const std::string& what) {
  const Cost cost = cost_of([&] { decode_image("bad/file", bytes); });
  CAPTURE(bytes.size(), cost.message, cost.mebibytes, cost.seconds);
  CHECK_THAT(cost.message, ContainsSubstring("bad/file: ") && ContainsSubstring(what));
  CHECK(cost.seconds < kMostSeconds);
  if (kMemoryCanBeMeasured) CHECK(cost.mebibytes < 1);
}

/// A JPEG of 27 bytes: a frame of one component, a scan of nothing, the end.
Bytes jpeg_of_27_bytes(uint16_t width, uint16_t height, bool progressive) {
  Bytes jpeg = {0xFF, 0xD8};
  const auto low = [](uint16_t number) { return static_cast<uint8_t>(number); };
  const auto high = [](uint16_t number) { return static_cast<uint8_t>(number >> 8); };
  append(jpeg, test::jpeg_segment(progressive ? 0xC2 : 0xC0,
                                  {8, high(height), low(height), high(width), low(width), 1, 1, 0x11, 0}));
  append(jpeg, test::jpeg_segment(0xDA, {1, 1, 0, 0, 63, 0}));
  append(jpeg, {0xFF, 0xD9});
  return jpeg;
}

TEST_CASE("hostile images: what a call costs is seen", "[datasets]") {
  const Cost cost = cost_of([] {
    const std::vector<char> taken(size_t{4} << 20, 'x');
    fail("took ", taken.size());
  });
  CHECK(cost.message == "took 4194304");
  if (kMemoryCanBeMeasured) CHECK(cost.mebibytes > 3.5);
  CHECK(cost_of([] { throw std::bad_alloc(); }).message == "not an Error: std::bad_alloc");
}

TEST_CASE("hostile images: a JPEG of 27 bytes claims to be large", "[datasets]") {
  REQUIRE(jpeg_of_27_bytes(1, 1, false).size() == 27);
  for (const bool progressive : {false, true}) {
    check_refused(jpeg_of_27_bytes(65535, 65535, progressive), "has 65535 x 65535 pixels, at most 4096 per side");
    check_refused(jpeg_of_27_bytes(4096, 4096, progressive), "4096 x 4096 pixels, at most 4096 per side and 4194304");
    check_refused(jpeg_of_27_bytes(2048, 2048, progressive), "claims 2048 x 2048 pixels in 8 bytes of scans");

    // So many pixels as its bytes could be.
    const Cost cost = cost_of([&] { decode_image("small", jpeg_of_27_bytes(64, 80, progressive)); });
    if (kMemoryCanBeMeasured) CHECK(cost.mebibytes < 1);
  }
}

TEST_CASE("hostile images: a PNG of 1.6 kB unfolds to more than its pixels, or to less", "[datasets]") {
  const Bytes bomb = test::deflated_zeros(1'600'000);
  REQUIRE(bomb.size() > 1550);
  REQUIRE(bomb.size() < 1650);
  check_refused(test::crafted_png({1, 1}, bomb), "cannot be decoded (Out of memory)");
  check_refused(test::crafted_png({32, 32}, bomb), "cannot be decoded (Out of memory)");
  check_refused(test::crafted_png({4096, 4096, 1}, bomb), "has 4096 x 4096 pixels");
  check_refused(test::crafted_png({65535, 1000, 1}, bomb), "has 65535 x 1000 pixels");
  check_refused(test::crafted_png({65535, 65535, 1}, bomb), "not a PNG or JPEG image");
  check_refused(test::crafted_png({2048, 2048, 16, 6}, test::stored(Bytes(1600, 0))),
                "claims 2048 x 2048 pixels in 1668 b");

  // The same stream is a fine image where it is the image's: 1,032 bytes from one.
  const DecodedImage image = decode_image("good", test::crafted_png({4000, 1000, 1}, test::deflated_zeros(501'000)));
  CHECK(image.pixels == Bytes(size_t{12'000'000}, 0));
}

TEST_CASE("hostile images: a JPEG of thousands of scans, or of tables, costs no passes over its pixels", "[datasets]") {
  test::JpegFrame frame{2048, 2048, true};
  frame.scans = 5000;
  check_refused(test::crafted_jpeg(frame, 2), "more than 100 scans");
  frame.scans = 100;
  frame.width = frame.height = 16;
  CHECK(decode_image("good", test::crafted_jpeg(frame, 2)).width == 16);

  Bytes tables = {0xFF, 0xD8};
  for (int i = 0; i < 20000; ++i) append(tables, test::jpeg_segment(0xC4, Bytes(17, 0)));
  append(tables, test::crafted_jpeg({16, 16}, 8));
  check_refused(tables, "more than 400 segments of Huffman tables");
}

TEST_CASE("hostile images: a PNG whose pixels begin with an empty chunk is refused", "[datasets]") {
  const Bytes rows = test::stored({0, 7, 0, 8});
  CHECK(decode_image("good", test::crafted_png({1, 2}, rows)).pixels == Bytes{7, 7, 7, 8, 8, 8});
  check_refused(test::crafted_png({1, 2}, rows, {{"IDAT", {}}}), "its first chunk of pixels is empty");
  check_refused(test::crafted_png({1, 2}, rows, {{"tEXt", {65}}, {"IDAT", {}}}), "its first chunk of pixels is empty");
  check_refused(test::crafted_png({1, 2}, {}), "its first chunk of pixels is empty");
}

TEST_CASE("hostile images: a chunk of 2 GiB is an error that says something", "[datasets]") {
  Bytes png = test::crafted_png({1, 2}, test::stored({0, 7, 0, 8}));
  const std::string bytes(png.begin(), png.end());
  png[bytes.find("IDAT") - 4] = 0x80;
  check_refused(png, "cannot be decoded (it is truncated");
}

TEST_CASE("hostile images: a first marker that is filled up does not hide the tables behind it", "[datasets]") {
  Bytes jpeg = test::crafted_jpeg({16, 16}, 8);
  jpeg.insert(jpeg.begin(), 0xFF);
  CHECK(decode_image("good", jpeg).width == 16);
  const std::string bytes(jpeg.begin(), jpeg.end());
  const auto table = static_cast<ptrdiff_t>(bytes.find("\xff\xc4"));
  std::fill_n(jpeg.begin() + table + 5, 16, uint8_t{0xFF});
  check_refused(jpeg, "a Huffman table has more codes than bytes");
}

#ifdef __GLIBC__
TEST_CASE("hostile images: a progressive JPEG that breaks off within a coefficient is refused", "[datasets]") {
  // A code of one bit, and seven more: past the end of the data stb_image's count of bits falls below zero, and it
  // shifts the zero that stands for the next byte by 32.
  Bytes jpeg = {0xFF, 0xD8};
  append(jpeg, test::jpeg_segment(0xDB, test::jpeg_quantization()));
  append(jpeg, test::jpeg_segment(0xC2, {8, 0, 17, 0, 17, 1, 1, 0x11, 0}));
  append(jpeg, test::jpeg_segment(0xC4, test::jpeg_huffman_table(0x00)));
  append(jpeg, test::jpeg_segment(0xC4, test::jpeg_huffman_table(0x10, 0x37)));
  append(jpeg, test::jpeg_segment(0xDA, {1, 1, 0, 0, 0, 0}));
  append(jpeg, Bytes(24, 0));
  append(jpeg, test::jpeg_segment(0xDA, {1, 1, 0, 5, 63, 0}));
  append(jpeg, {0xFF, 0xE8});
  append(jpeg, Bytes(16, 0));
  append(jpeg, {0xFF, 0xD9});
  check_refused(jpeg, "cannot be decoded (");
}

TEST_CASE("hostile images: pixels never come from memory that nobody wrote", "[datasets]") {
  // A colour image whose only scan is of one component: of the others nothing is known.
  test::JpegFrame frame{64, 64, true, {0x11, 0x11, 0x11}};
  Bytes jpeg = test::crafted_jpeg(frame, 40);
  const std::string bytes(jpeg.begin(), jpeg.end());
  const size_t scan = bytes.find("\xff\xda");
  jpeg.resize(scan);
  append(jpeg, test::jpeg_segment(0xDA, {1, 1, 0, 0, 0, 0}));
  append(jpeg, Bytes(40, 0));
  append(jpeg, {0xFF, 0xD9});

  // glibc fills what it hands out with the given byte's complement.
  ::mallopt(M_PERTURB, 0x11);
  const DecodedImage one = decode_image("one", jpeg);
  ::mallopt(M_PERTURB, 0xEE);
  const DecodedImage other = decode_image("other", jpeg);
  ::mallopt(M_PERTURB, 0);
  CHECK(one.pixels == other.pixels);
}
#endif

}  // namespace
}  // namespace onefold
