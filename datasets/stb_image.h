#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace onefold {

/// A decoded image, [H, W, 3].
struct DecodedImage {
  int64_t height = 0;
  int64_t width = 0;
  std::vector<uint8_t> pixels;
};

/// Decodes the bytes of a PNG or JPEG file to RGB. Greyscale is replicated to three channels; transparency is dropped.
///
/// Safe on malicious files: at most 4,096 pixels per side, 2^22 pixels and 64 MiB of working memory. Throws Error
/// "NAME: reason, remedy" for anything that cannot be decoded. Thread-safe.
DecodedImage decode_image(const std::string& name, const std::vector<uint8_t>& bytes);

}  // namespace onefold
