#pragma once

#include <cstdint>
#include <span>

namespace onefold {

/// Whether the first chunk of pixels (IDAT; PNG specification, section 11.2.4) of a PNG file is there and empty. The
/// format allows it, encoders do not write it, and stb_image copies nothing to no memory then: undefined behaviour.
bool png_pixels_begin_empty(std::span<const uint8_t> bytes);

}  // namespace onefold
