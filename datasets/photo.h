#pragma once

#include <cstdint>
#include <filesystem>

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

/// A part of an image, in whole pixels.
struct Rectangle {
  int64_t top = 0, left = 0, height = 0, width = 0;
  bool operator==(const Rectangle&) const = default;
};

/// The largest centred part with the proportions height : width; at least one pixel high and wide.
Rectangle centre_of(const DecodedImage& image, int64_t height, int64_t width);

/// The whole image.
Rectangle whole(const DecodedImage& image);

/// A part of an image at another size. Along a side that shrinks, each new pixel is the mean of the area that it
/// covers; along one that grows, it is interpolated linearly between the two nearest. At the same size nothing changes.
/// Throws Error if the part is empty or not within the image, or the new size is not at least 1 x 1.
DecodedImage resized(const DecodedImage& image, const Rectangle& part, int64_t height, int64_t width);

}  // namespace onefold
