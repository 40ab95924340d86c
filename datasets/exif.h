#pragma once

#include <cstdint>
#include <span>

namespace onefold {

/// How a JPEG file's Exif data ask to turn its pixels, from 1 (not at all) to 8; upright() does it. Phones store what
/// their sensor saw, and write here how the phone was held. 1 if there are no such data or they are damaged: no file is
/// refused for them. Reads nothing outside `bytes`.
/// CIPA DC-008-2012: "Exchangeable image file format for digital still cameras: Exif Version 2.3", tag 0x0112.
int exif_orientation(std::span<const uint8_t> bytes);

}  // namespace onefold
