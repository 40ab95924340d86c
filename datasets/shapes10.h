#pragma once

#include <cstdint>

#include "datasets/dataset.h"

namespace onefold {

/// Ten classes of coloured shapes, 32 x 32 pixels, drawn rather than loaded: a dataset without network and disk.
///
/// Place, size, angle and colours are random, over a shaded background with clutter and noise. The class lies in the
/// form alone: a linear classifier gets about a third right, a small convolutional network nearly all. Image i of a
/// split is a function of (seed, split, i), so a longer split begins with the shorter one. Label i is i mod 10: classes
/// are as equally frequent as the count allows.
/// Throws Error unless both counts are at least 1.
DatasetSplits shapes10(uint64_t seed, int64_t train_count, int64_t test_count);

}  // namespace onefold
