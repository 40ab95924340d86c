#include "examples/pictures/image_file.h"

#include "core/check.h"

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include <stb_image_write.h>
#pragma GCC diagnostic pop

namespace onefold {

namespace {

void append(void* file, void* bytes, int count) {
  static_cast<std::string*>(file)->append(static_cast<const char*>(bytes), static_cast<size_t>(count));
}

void check_pixels(const Pixels& pixels) {
  check(pixels.height >= 1 && pixels.width >= 1 && (pixels.channels == 1 || pixels.channels == 3) &&
            std::ssize(pixels.values) == pixels.height * pixels.width * pixels.channels,
        "an image of ", pixels.height, " x ", pixels.width, " pixels and ", pixels.channels, " channels has ",
        pixels.values.size(), " values: it needs height x width x channels of them, and 1 or 3 channels");
}

}  // namespace

std::string encode_png(const Pixels& pixels) {
  check_pixels(pixels);
  const int width = static_cast<int>(pixels.width), channels = static_cast<int>(pixels.channels);
  std::string file;
  const int written = stbi_write_png_to_func(append, &file, width, static_cast<int>(pixels.height), channels,
                                             pixels.values.data(), width * channels);
  check(written != 0, "an image of ", pixels.height, " x ", pixels.width, " pixels cannot be written: out of memory");
  return file;
}

std::string encode_jpeg(const Pixels& pixels) {
  constexpr int kQuality = 85;  // of 100: differences that can hardly be seen
  check_pixels(pixels);
  std::string file;
  const int written =
      stbi_write_jpg_to_func(append, &file, static_cast<int>(pixels.width), static_cast<int>(pixels.height),
                             static_cast<int>(pixels.channels), pixels.values.data(), kQuality);
  check(written != 0, "an image of ", pixels.height, " x ", pixels.width, " pixels cannot be written: out of memory");
  return file;
}

std::string data_uri(std::string_view type, std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string uri = "data:" + std::string(type) + ";base64,";
  // Three bytes are four digits; what is missing of the last three is marked.
  for (size_t place = 0; place < bytes.size(); place += 3) {
    uint32_t three = 0;
    for (size_t i = 0; i < 3; ++i) {
      three = three << 8 | (place + i < bytes.size() ? static_cast<uint8_t>(bytes[place + i]) : 0u);
    }
    for (size_t digit = 0; digit < 4; ++digit) {
      uri += place + digit <= bytes.size() ? kDigits[three >> (18 - 6 * digit) & 63] : '=';
    }
  }
  return uri;
}

}  // namespace onefold
