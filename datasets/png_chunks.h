#pragma once

#include <cstdint>
#include <span>

namespace onefold {

/// Why no decoder should see a PNG file; nullptr where there is no reason, or the file is no PNG.
///
/// It is cut off: its last chunk (IEND) is missing, or a part of any.
/// A chunk's cyclic redundancy check (PNG specification, section 5.3) is wrong: a bit of it has flipped. stb_image
/// checks no sums, and would hand out wrong pixels. Its first chunk of pixels (IDAT; section 11.2.4) is empty. The
/// format allows it, encoders do not write it, and stb_image copies nothing to no memory then: undefined behaviour.
///
/// What follows the last chunk is not looked at.
const char* fault_of_png(std::span<const uint8_t> bytes);

/// The bits of a pixel by the header of a PNG file, which comes first (IHDR; section 11.2.2): 1 to 64. 1 where there is
/// no header or none that makes sense.
int png_bits_of_pixel(std::span<const uint8_t> bytes);

}  // namespace onefold
