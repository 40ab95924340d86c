#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace onefold {

/// An image to write: rows of pixels from the top, one channel (grey) or three (RGB).
struct Pixels {
  int64_t height = 0, width = 0, channels = 3;
  std::vector<uint8_t> values = {};  // [H, W, C]
};

/// The bytes of a PNG file, which keeps every value. Throws Error unless there are H x W x C values and 1 or 3
/// channels.
std::string encode_png(const Pixels& pixels);

/// The bytes of a JPEG file, which is many times smaller for a photo, and changes values a little. Throws Error as
/// encode_png().
std::string encode_jpeg(const Pixels& pixels);

/// The bytes of a file as an address that a page can show without another file: "data:image/png;base64,...".
std::string data_uri(std::string_view type, std::string_view bytes);

}  // namespace onefold
