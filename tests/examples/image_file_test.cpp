#include "examples/pictures/image_file.h"

#include "core/check.h"
#include "datasets/stb_image.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

std::vector<uint8_t> decoded(const std::string& file) {
  return decode_image("image", std::vector<uint8_t>(file.begin(), file.end())).pixels;
}

}  // namespace

TEST_CASE("image file: a PNG reads back as it was written, colour and grey", "[examples]") {
  std::vector<uint8_t> colours(size_t{7 * 5 * 3});
  for (size_t i = 0; i < colours.size(); ++i) colours[i] = static_cast<uint8_t>(37 * i);
  CHECK(decoded(encode_png({7, 5, 3, colours})) == colours);
  CHECK(decoded(encode_png({1, 3, 1, {0, 100, 255}})) == std::vector<uint8_t>{0, 0, 0, 100, 100, 100, 255, 255, 255});
}

TEST_CASE("image file: a JPEG reads back nearly as it was written", "[examples]") {
  const std::vector<uint8_t> plain(size_t{16 * 24 * 3}, 120);
  const std::vector<uint8_t> read = decoded(encode_jpeg({16, 24, 3, plain}));
  REQUIRE(read.size() == plain.size());
  for (const uint8_t value : read) CHECK(std::abs(value - 120) <= 2);
}

TEST_CASE("image file: an image without all its values is refused", "[examples]") {
  for (const Pixels& pixels : {Pixels{2, 2, 3, {1, 2, 3}}, Pixels{0, 2, 3, {}}, Pixels{1, 1, 2, {1, 2}}}) {
    CHECK_THROWS_WITH(encode_png(pixels), ContainsSubstring("it needs height x width x channels"));
    CHECK_THROWS_WITH(encode_jpeg(pixels), ContainsSubstring("it needs height x width x channels"));
  }
}

TEST_CASE("image file: base64 is that of RFC 4648, section 10", "[examples]") {
  const char* const pairs[][2] = {{"", ""},
                                  {"f", "Zg=="},
                                  {"fo", "Zm8="},
                                  {"foo", "Zm9v"},
                                  {"foob", "Zm9vYg=="},
                                  {"fooba", "Zm9vYmE="},
                                  {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : pairs)
    CHECK(data_uri("text/plain", plain) == "data:text/plain;base64," + std::string(encoded));
  CHECK(data_uri("a/b", "\xfb\xff\xbf") == "data:a/b;base64,+/+/");
}
