#pragma once

#include <cstdint>

#include "datasets/dataset.h"

namespace onefold {

/// Ten classes of coloured shapes, 32 x 32 pixels, drawn instead of loaded: a dataset without network or disk access.
///
/// An image is of the class of its one large shape: radius 6 to 12 pixels, centre within 4 of the image's in each
/// direction, turned by at most 0.6 rad. Colours say nothing about the class. Most images are easy, some next to
/// impossible, since the cube of a uniform number in [0, 1) is an image's difficulty d:
///   clutter    behind the shape up to 10 strokes and 4 d small shapes of any class, radius 2 to 4
///   occlusion  in front of it up to 2 + 6 d thicker strokes
///   contrast   a difference in brightness from the shaded ground of 0.2 to 0.5, times 1 - 0.8 d; white is 1
///   noise      normal, std 0.06 + 0.1 d, for each pixel and channel by itself
/// A linear classifier gets a quarter right, the network `tiny` 94 to 95 % after 20 epochs of 10,000.
///
/// Image i of a split is a function of (seed, split, i), the same with every compiler, so a longer split begins with
/// the shorter one. Label i is i mod 10, so class counts differ by at most one. Other images need another name: v2 is
/// harder than what was "Shapes10". Throws Error unless both counts are at least 1.
DatasetSplits shapes10(uint64_t seed, int64_t train_count, int64_t test_count);

}  // namespace onefold
