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

/// The maximum size of an image's file.
inline constexpr uint64_t kMostImageFileBytes = uint64_t{64} << 20;

/// What an image may have at most, so that a small file cannot take all memory.
struct ImageLimits {
  int64_t side = 4096;                        // pixels
  int64_t pixels = int64_t{1} << 22;          // in total
  int64_t working_bytes = int64_t{64} << 20;  // of the decoder
};

/// Decodes the bytes of a PNG or JPEG file to RGB. Greyscale is replicated to three channels; transparency is dropped.
///
/// Safe on malicious files: at most kMostImageFileBytes, and the limits. Throws Error "NAME: reason, remedy" for
/// anything that cannot be decoded. Thread-safe.
DecodedImage decode_image(const std::string& name, const std::vector<uint8_t>& bytes, const ImageLimits& limits = {});

}  // namespace onefold
