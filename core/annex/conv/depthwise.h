#pragma once

#include "core/conv/conv_types.h"

namespace onefold {

// Depthwise convolution, one input channel per output channel: w [R, S, 1, K], K a multiple of x's channels C, any
// kernel size, stride, padding and dilation. Output channel k sees input channel k / (K / C).
//
// There is no sum over channels, so there is no matrix product: a vector of channels is convolved like a single one. It
// is copied out of an image once, with its padding, to a buffer that fits the first-level cache. Then a tile of up to
// 24 output pixels stays in registers while all taps are accumulated, with one multiply-add per load and no branches in
// between. Taps in rows beyond the edge are skipped. Why loads limit the speed: Zhang, Lo, Lu: "High Performance
// Depthwise and Pointwise Convolutions on Mobile Devices", AAAI 2020.
//
// The gradient of the images is the same convolution of dy with the taps in reverse order. At stride 2 it is four
// convolutions, one for each group of pixels of x that meet the same taps.

extern const ConvAlgorithmRow depthwise_row;

// For few taps and small images the copy would take longer than the sums. There a tile of neighbouring pixels reads the
// image where it is, and pixels at an edge have a list of those of their taps that are inside. One output per channel.

extern const ConvAlgorithmRow depthwise_direct_row;

/// The gradient of the weights, for both. A tile of taps stays in registers for all pixels of a band of rows; the sums
/// of bands are added in double and in a fixed order.
Tensor depthwise_backward_weight(const ConvGeometry& g, const Tensor& dy, const Tensor& x);

}  // namespace onefold
