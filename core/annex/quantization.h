#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor.h"

namespace onefold {

// Values rounded to a small set of integers and back ("fake quantisation"). This computes, in Real and with every
// kernel of the library, what a network computes that stores 8 bits per value.
// Jacob et al.: "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", CVPR
// 2018, section 2; Nagel et al.: "A White Paper on Neural Network Quantization", 2021, section 3.

/// An integer q from `lowest` to `highest` represents the value scale (q - zero_point). Zero is always representable.
struct QuantizationGrid {
  double scale = 1;
  int64_t zero_point = 0;
  int64_t lowest = 0;
  int64_t highest = 0;
};

/// The range from the minimum to the maximum of some values and zero: low <= 0 <= high.
struct NumberRange {
  double low = 0;
  double high = 0;
};

/// The range of the values of all parts. With a coverage below 1, (1 - coverage) / 2 of them, rounded down, are dropped
/// at either end, so that a single outlier does not reduce the precision of the others. Throws Error if there are no
/// values, a value is NaN or infinite, or coverage is not in (0, 1].
NumberRange number_range(const std::vector<Tensor>& parts, double coverage = 1);

/// The range per channel, the last axis. Throws Error as number_range().
std::vector<NumberRange> channel_ranges(const Tensor& x);

/// A grid for weights: 2^(bits - 1) - 1 integers on either side of zero, zero point 0. A range of only zero gets
/// scale 1. Throws Error, as asymmetric_grid() does, for bits outside [2, 16].
QuantizationGrid symmetric_grid(const NumberRange& range, int bits);

/// A grid of the integers 0 to 2^bits - 1 over the range, shifted by at most half a step so that zero is representable:
/// for the output of a ReLU, for which a symmetric grid would leave half of its integers unused.
QuantizationGrid asymmetric_grid(const NumberRange& range, int bits);

/// Rounds each value to the nearest one of the grid, ties to the even integer, and clamps it to the grid's ends. In the
/// grid's range no value moves by more than scale / 2; a second call changes nothing. NaN stays NaN.
Tensor fake_quantize(const Tensor& x, const QuantizationGrid& grid);

/// The same with one grid per channel, the last axis. Throws Error if the number of grids differs.
Tensor fake_quantize_channels(const Tensor& x, const std::vector<QuantizationGrid>& grids);

}  // namespace onefold
