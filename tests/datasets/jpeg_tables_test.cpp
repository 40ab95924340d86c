#include "datasets/jpeg_tables.h"

#include <algorithm>
#include <iterator>

#include "datasets/stb_image.h"
#include "tests/catch.h"
#include "tests/datasets/test_files.h"

namespace onefold {
namespace {

using test::Bytes;

Bytes joined(const std::vector<Bytes>& parts) {
  Bytes bytes;
  for (const Bytes& part : parts) std::ranges::copy(part, std::back_inserter(bytes));
  return bytes;
}

/// A marker, its length, and what it holds.
Bytes segment(uint8_t marker, const Bytes& content) {
  const size_t length = content.size() + 2;
  return joined({{0xFF, marker, static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length)}, content});
}

/// A Huffman table with so many codes of eight bits and of nine.
Bytes table(uint8_t codes_of_8, uint8_t codes_of_9) {
  Bytes bytes(17, 0);
  bytes[8] = codes_of_8;
  bytes[9] = codes_of_9;
  bytes.resize(bytes.size() + codes_of_8 + codes_of_9);
  return bytes;
}

const Bytes kStart = {0xFF, 0xD8};
const Bytes kFitting = segment(0xC4, table(200, 56)), kTooLarge = segment(0xC4, table(200, 57));
const Bytes kScan = joined({segment(0xDA, Bytes(10, 0)), {1, 2, 3, 0xFF, 0, 4}});

bool fits(const Bytes& bytes) { return survey_jpeg(bytes).fault == nullptr; }

TEST_CASE("JPEG tables: at most 256 codes fit", "[datasets]") {
  CHECK(fits(test::small_jpeg()));
  CHECK(fits(joined({kStart, kFitting})));
  CHECK_FALSE(fits(joined({kStart, kTooLarge})));
}

TEST_CASE("JPEG tables: found wherever a decoder may meet them", "[datasets]") {
  const Bytes comment = segment(0xFE, Bytes(300, 7)), padding = {0, 0, 0xFF, 0xFF};
  CHECK_FALSE(fits(joined({kStart, comment, kTooLarge})));
  CHECK_FALSE(fits(joined({kStart, kFitting, padding, kTooLarge})));
  CHECK_FALSE(fits(joined({kStart, segment(0xC4, joined({table(1, 2), table(200, 57)}))})));
  CHECK_FALSE(fits(joined({kStart, kScan, kTooLarge})));
  CHECK_FALSE(fits(joined({kStart, kScan, segment(0xFE, kTooLarge)})));
  CHECK(fits(joined({kStart, kScan, kFitting, kScan, kFitting})));

  // Cut off after its counts: a decoder would read on in zeros.
  Bytes cut = joined({kStart, kTooLarge});
  cut.resize(kStart.size() + 4 + 17);
  CHECK_FALSE(fits(cut));
}

TEST_CASE("JPEG tables: what merely looks like one is let pass where no decoder looks", "[datasets]") {
  CHECK(fits(joined({kStart, segment(0xE1, kTooLarge), kFitting})));
  CHECK(fits(joined({{0x89, 'P'}, kTooLarge})));
  CHECK(fits(Bytes{}));
  CHECK(fits(Bytes{0xFF}));
}

TEST_CASE("JPEG tables: a table of too many codes is refused before it is decoded", "[datasets]") {
  Bytes jpeg = test::small_jpeg();
  const Bytes marker = {0xFF, 0xC4};
  const auto place = std::search(jpeg.begin(), jpeg.end(), marker.begin(), marker.end());
  REQUIRE(place != jpeg.end());
  std::fill_n(place + 5, 16, uint8_t{0xFF});  // after marker, length and number: how many codes of each length
  CHECK_THROWS_WITH(decode_image("bad.jpg", jpeg),
                    ContainsSubstring("bad.jpg: cannot be decoded (a Huffman table has more codes than bytes)"));
}

}  // namespace
}  // namespace onefold
