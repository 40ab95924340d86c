#pragma once

#include <cstdint>

#include "datasets/dataset.h"

namespace onefold {

/// Ten classes of coloured shapes, 32 x 32 pixels, drawn rather than loaded: a dataset that needs no network and no disk.
///
/// Place, size, angle and colours are random, over a shaded background with clutter and noise. A linear classifier stays
/// below 60 %: the class lies in the form alone, never in a colour or a place. Image i of a split is a function of
/// (seed, split, i), so a longer split begins with the shorter one. Label i is i mod 10: all classes are equally frequent.
/// Throws Error unless both counts are at least 1.
DatasetSplits shapes10(uint64_t seed, int64_t train_count, int64_t test_count);

}  // namespace onefold
