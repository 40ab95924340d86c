#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor.h"

namespace onefold {

// Numbers rounded to few integers and back ("fake quantisation"): what a network computes that stores 8 bits a number,
// here in Real, so that every kernel of the library can compute with it.
// Jacob et al.: "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", CVPR
// 2018, section 2; Nagel et al.: "A White Paper on Neural Network Quantization", 2021, section 3.

/// An integer q from `lowest` to `highest` stands for the number scale (q - zero_point). Zero is always such a number.
struct QuantizationGrid {
  double scale = 1;
  int64_t zero_point = 0;
  int64_t lowest = 0;
  int64_t highest = 0;
};

/// From the lowest to the highest of some numbers and zero: low <= 0 <= high.
struct NumberRange {
  double low = 0;
  double high = 0;
};

/// The range of the numbers of all parts or, with a coverage below 1, without (1 - coverage) / 2 of them at either end,
/// rounded down: a single outlier then costs the others no precision. Throws Error for no numbers, for NaN or an
/// infinite one, and for a coverage that is not above 0 and at most 1.
NumberRange number_range(const std::vector<Tensor>& parts, double coverage = 1);

/// The range of each channel, the last axis. Throws Error as number_range().
std::vector<NumberRange> channel_ranges(const Tensor& x);

/// As many integers below zero as above, 2^(bits - 1) - 1 of each, and zero point 0: for weights. A range of zero alone
/// has scale 1. Throws Error for bits below 2 or above 16, as the next one does.
QuantizationGrid symmetric_grid(const NumberRange& range, int bits);

/// The integers 0 to 2^bits - 1 for the range itself, shifted by at most half a step so that zero is one of its
/// numbers: for what comes out of a ReLU, where a symmetric grid would leave half of the integers unused.
QuantizationGrid asymmetric_grid(const NumberRange& range, int bits);

/// Each number replaced by the nearest that the grid has, ties to the even integer; beyond the grid by its end. Within
/// the range of the grid nothing moves by more than scale / 2; doing it again changes nothing. A NaN stays one.
Tensor fake_quantize(const Tensor& x, const QuantizationGrid& grid);

/// The same with a grid for each channel, the last axis. Throws Error for another number of grids.
Tensor fake_quantize_channels(const Tensor& x, const std::vector<QuantizationGrid>& grids);

}  // namespace onefold
