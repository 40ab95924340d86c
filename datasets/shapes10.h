#pragma once

#include <cstdint>

#include "datasets/dataset.h"

namespace onefold {

/// Ten classes of coloured shapes, 32 x 32 pixels, drawn instead of loaded: a dataset without network or disk access.
///
/// Position, size, angle and colours are random, on a shaded background with clutter and noise. Only the form
/// determines the class: a linear classifier gets about a third right, a small convolutional network nearly all. Image
/// i of a split is a function of (seed, split, i), so a longer split begins with the shorter one. Label i is i mod 10,
/// so class counts differ by at most one.
/// Throws Error unless both counts are at least 1.
DatasetSplits shapes10(uint64_t seed, int64_t train_count, int64_t test_count);

}  // namespace onefold
