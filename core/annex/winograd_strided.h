#pragma once

#include "core/conv/conv2d.h"

namespace onefold {

/// Winograd convolution of 3 x 3 kernels at stride 2, tiles of 4 x 4 outputs; padding 0 to 2, one group, any H and W.
///
/// Along one axis an output is y[i] = (g0 d[2i] + g2 d[2i + 2]) + g1 d[2i + 1]: a filter of two taps over the even
/// inputs and one of a single tap over the odd ones, both at stride 1. Winograd's F(4, 2) takes 5 multiplications for
/// four outputs of the first; at its points the second takes 4 more and adds to the same products. 9 multiplications
/// instead of 12, and 81 instead of 144 in two dimensions.
///
/// Same shapes as conv2d(), which checks them. Where `statistics` is given, it is filled with those of the result.
Tensor conv2d_winograd_strided(const Tensor& x, const Tensor& w, const Conv2dArgs& args, PackedWeights& packed,
                               const Tensor& bias = {}, Activation activation = Activation::none,
                               ChannelStatistics* statistics = nullptr);

/// The gradient of the input: pixels of one parity see two outputs, those of the other one, so that each parity is a
/// convolution of dy at stride 1, with the rotated kernel's outer taps or its middle one. It is added to `sum` where
/// that is given.
Tensor conv2d_winograd_strided_backward_input(const Tensor& dy, const Tensor& w, const Shape& x_shape,
                                              const Conv2dArgs& args, const Tensor& sum = {});

/// The gradient of the weights is every step of the convolution transposed.
Tensor conv2d_winograd_strided_backward_weight(const Tensor& dy, const Tensor& x, const Shape& w_shape,
                                               const Conv2dArgs& args);

}  // namespace onefold
