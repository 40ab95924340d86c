#pragma once

#include "core/conv/conv_types.h"

namespace onefold {

// Depthwise convolution, one input channel an output channel: w [R, S, 1, K], K a multiple of x's channels C, any
// kernel, stride, padding and dilation. Output channel k sees input channel k / (K / C).
//
// There is no sum over channels, so there is no matrix product: a vector of channels is convolved as one channel would
// be. It is copied out of an image once, with its padding, to where the first cache holds it; then a tile of up to 24
// output pixels stays in registers while all taps are added up, one multiply-add a load and no question in between.
// Taps in rows that lie beyond the edge are left out. Why loads are what bounds it: Zhang, Lo, Lu: "High
// Performance Depthwise and Pointwise Convolutions on Mobile Devices", AAAI 2020.
//
// The gradient of the images is the same convolution of dy with the taps in reverse order; at stride 2 four of them,
// one for each of the pixels of x that see their own share of the taps.

extern const ConvAlgorithmRow depthwise_row;

/// The gradient of the weights; the other directions are in depthwise.cpp. A tile of taps stays in registers over all
/// pixels of a band of rows; bands are joined in double and in a fixed order.
Tensor depthwise_backward_weight(const ConvGeometry& g, const Tensor& dy, const Tensor& x);

}  // namespace onefold
