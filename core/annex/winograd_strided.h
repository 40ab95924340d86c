#pragma once

#include "core/conv/conv_types.h"

namespace onefold {

// Winograd convolution of 3 x 3 kernels at stride 2, tiles of 4 x 4 outputs; padding 0 to 2, one group, any H and W.
//
// Along one axis an output is y[i] = (g0 d[2i] + g2 d[2i + 2]) + g1 d[2i + 1]: a filter of two taps over the even
// inputs and one of a single tap over the odd ones, both at stride 1. Winograd's F(4, 2) takes 5 multiplications for
// four outputs of the first; at its points the second takes 4 more and adds to the same products. 9 multiplications
// instead of 12, and 81 instead of 144 in two dimensions.
//
// The gradient of the input: pixels of one parity see two outputs, those of the other one, so that each parity is a
// convolution of dy at stride 1, with the rotated kernel's outer taps or its middle one.

extern const ConvAlgorithmRow winograd4_stride2_row;

/// The gradient of the weights is every step of the convolution transposed; the other directions are in
/// winograd_strided.cpp.
Tensor winograd_strided_backward_weight(const ConvGeometry& g, const Tensor& dy, const Tensor& x);

}  // namespace onefold
