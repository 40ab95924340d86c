#pragma once

#include <cstdint>
#include <span>

namespace onefold {

/// The reason why a PNG file must not be decoded; nullptr if there is none or the file is not a PNG.
///
/// The file is truncated: its last chunk (IEND) or a part of any chunk is missing.
/// The cyclic redundancy check of a chunk (PNG specification, section 5.3) is wrong, so a bit has flipped. stb_image
/// checks no sums and would return wrong pixels.
/// The first chunk of pixels (IDAT; section 11.2.4) is empty. The format allows it and encoders do not write it, but
/// stb_image then copies zero bytes to a null pointer: undefined behaviour.
///
/// Anything after the last chunk is ignored.
const char* fault_of_png(std::span<const uint8_t> bytes);

/// The bits per pixel according to the header of a PNG file, its first chunk (IHDR; section 11.2.2): 1 to 64. 1 if the
/// header is missing or invalid.
int png_bits_of_pixel(std::span<const uint8_t> bytes);

}  // namespace onefold
