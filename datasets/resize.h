#pragma once

#include <cstdint>

#include "datasets/stb_image.h"

namespace onefold {

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
