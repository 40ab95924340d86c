#pragma once

#include "core/conv/conv_types.h"

namespace onefold {

// Winograd convolution of 3 x 3 kernels at stride 2, tiles of 4 x 4 outputs; padding 0 to 2, one group, any H and W.
//
// Along one axis an output is y[i] = (g0 d[2i] + g2 d[2i + 2]) + g1 d[2i + 1]: a two-tap filter over the even inputs
// and a one-tap filter over the odd ones, both at stride 1. Winograd's F(4, 2) needs 5 multiplications for four outputs
// of the first. At its points the second needs 4 more, whose products are added to the same sums. That is 9
// multiplications instead of 12, and 81 instead of 144 in two dimensions.
//
// The gradient of the input: pixels of one parity affect two outputs, those of the other parity one. So each parity is
// a convolution of dy at stride 1, with the rotated kernel's outer taps or with its middle tap.

extern const ConvAlgorithmRow winograd4_stride2_row;

/// The gradient of the weights transposes every step of the convolution. The other directions are in
/// winograd_strided.cpp.
Tensor winograd_strided_backward_weight(const ConvGeometry& g, const Tensor& dy, const Tensor& x);

}  // namespace onefold
