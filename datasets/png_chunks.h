#pragma once

#include <cstdint>
#include <span>

namespace onefold {

/// Whether the first chunk of pixels (IDAT; PNG specification, section 11.2.4) of a PNG file is there and empty. The
/// format allows it, encoders do not write it, and stb_image copies nothing to no memory then: undefined behaviour.
bool png_pixels_begin_empty(std::span<const uint8_t> bytes);

/// The bits of a pixel by the header of a PNG file, which comes first (IHDR; section 11.2.2): 1 to 64. 1 where there is
/// no header or none that makes sense.
int png_bits_of_pixel(std::span<const uint8_t> bytes);

}  // namespace onefold
