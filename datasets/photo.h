#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "datasets/stb_image.h"

namespace onefold {

/// A photo as a person holds it.
struct Photo {
  DecodedImage image;   // upright
  int orientation = 1;  // how the file's pixels were turned for that, see upright()
};

/// Reads a PNG or JPEG file of any size up to 16,384 pixels per side and 2^26 in total, and turns it as its Exif data
/// ask. Throws Error, naming the file, the reason and the remedy, if it cannot be read or decoded.
Photo load_photo(const std::filesystem::path& path);

/// The image turned: 1 as it is, 2 mirrored left to right, 3 by half a turn, 4 mirrored top to bottom, 5 mirrored at
/// the diagonal from the top left, 6 by a quarter clockwise, 7 mirrored at the other diagonal, 8 by a quarter
/// counterclockwise. Throws Error for any other orientation.
DecodedImage upright(const DecodedImage& image, int orientation);

/// How a JPEG file's Exif data ask to turn its pixels, from 1 (not at all) to 8; upright() does it. Phones store what
/// their sensor saw, and write here how the phone was held. 1 if there are no such data or they are damaged: no file is
/// refused for them. Reads nothing outside `bytes`.
/// CIPA DC-008-2012: "Exchangeable image file format for digital still cameras: Exif Version 2.3", tag 0x0112.
int exif_orientation(std::span<const uint8_t> bytes);

}  // namespace onefold
