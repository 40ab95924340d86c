#include "datasets/image_survey.h"

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

const Bytes kStart = {0xFF, 0xD8}, kEnd = {0xFF, 0xD9};
const Bytes kFitting = segment(0xC4, table(200, 56)), kTooLarge = segment(0xC4, table(200, 57));
const Bytes kScan = joined({segment(0xDA, Bytes(10, 0)), {1, 2, 3, 0xFF, 0, 4}});

std::string fault_of(const Bytes& bytes) {
  const char* fault = survey_jpeg(bytes).fault;
  return fault == nullptr ? "" : fault;
}

/// Whether the tables of a file fit that is complete but for its end.
bool fits(const Bytes& without_end) {
  const std::string fault = fault_of(joined({without_end, kEnd}));
  CHECK((fault.empty() || fault == "a Huffman table has more codes than bytes"));
  return fault.empty();
}

bool is_cut_off(const Bytes& bytes) { return fault_of(bytes).starts_with("it is truncated"); }

TEST_CASE("JPEG tables: at most 256 codes fit", "[datasets]") {
  CHECK(fault_of(test::small_jpeg()).empty());
  CHECK(fits(joined({kStart, kFitting})));
  CHECK_FALSE(fits(joined({kStart, kTooLarge})));
}

TEST_CASE("JPEG tables: found wherever a decoder may meet them", "[datasets]") {
  const Bytes comment = segment(0xFE, Bytes(300, 7)), padding = {0, 0, 0xFF, 0xFF};
  CHECK_FALSE(fits(joined({kStart, comment, kTooLarge})));
  CHECK_FALSE(fits(joined({kStart, kFitting, padding, kTooLarge})));
  CHECK_FALSE(fits(joined({kStart, segment(0xC4, joined({table(1, 2), table(200, 57)}))})));
  CHECK_FALSE(fits(joined({kStart, kScan, kTooLarge})));
  CHECK_FALSE(fits(joined({kStart, kScan, padding, kTooLarge})));
  CHECK(fits(joined({kStart, kScan, kFitting, kScan, kFitting})));

  // Cut off after its counts: a decoder would read on in zeros.
  Bytes cut = joined({kStart, kTooLarge});
  cut.resize(kStart.size() + 4 + 17);
  CHECK_FALSE(fits(cut));
}

TEST_CASE("JPEG tables: what merely looks like one is let pass where no decoder looks", "[datasets]") {
  CHECK(fits(joined({kStart, segment(0xE1, kTooLarge), kFitting})));
  CHECK(fits(joined({kStart, kScan, segment(0xFE, kTooLarge), kScan})));
  CHECK(fits(joined({kStart, kScan, kEnd, kTooLarge})));
  CHECK(fits(joined({kStart, kScan, kEnd, {0xFF, 0xFF, 0xDA}, kStart, segment(0xE1, kTooLarge)})));
  CHECK(fits(joined({{0x89, 'P'}, kTooLarge})));
  CHECK(fits(Bytes{}));
  CHECK(fits(Bytes{0xFF}));
}

TEST_CASE("JPEG tables: a file without its end is cut off, whatever looks like one", "[datasets]") {
  const Bytes restarts = {0xFF, 0xD0, 5, 0xFF, 0, 0xD9, 0xFF, 0xD7, 0xD9}, filled_end = {0xFF, 0xFF, 0xD9};
  for (const Bytes& jpeg : {joined({kStart, kScan, kEnd}), joined({kStart, kScan, restarts, kFitting, kScan, kEnd}),
                            joined({kStart, segment(0xE1, joined({kStart, kEnd})), kScan, filled_end})}) {
    CHECK(fault_of(jpeg).empty());
    for (size_t length = 2; length < jpeg.size(); ++length) {
      CAPTURE(length);
      CHECK(is_cut_off(Bytes(jpeg.begin(), jpeg.begin() + static_cast<ptrdiff_t>(length))));
    }
  }
}

TEST_CASE("JPEG tables: what pixels are made of begins with the first scan and ends with the image", "[datasets]") {
  const Bytes image = joined({kStart, kFitting, kScan, kFitting, kScan, kEnd});
  const size_t scans = joined({kScan, kFitting, kScan}).size() - 2;
  CHECK(survey_jpeg(image).scan_bytes == scans);
  CHECK(survey_jpeg(joined({image, Bytes(500, 1)})).scan_bytes == scans);
  CHECK(survey_jpeg(joined({kStart, kFitting, kEnd, kScan})).scan_bytes == 0);
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
