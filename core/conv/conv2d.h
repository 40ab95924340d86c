#pragma once

#include "core/conv/conv_types.h"

namespace onefold {

/// Cross-correlation, which deep learning calls convolution:
///   y[n,p,q,k] = sum x[n, p stride + r dilation - padding, ..., c] w[r,s,c,k],
/// then activation(y + bias). x [N, H, W, C], w [R, S, C / groups, K], bias [K] or undefined; result [N, P, Q, K].
/// Output channels of group g see only the input channels of group g; groups == C == K is a depthwise convolution.
///
/// Uses args.algorithm, or choose_algorithm() if that is `automatic`. Throws Error if the shapes do not fit, or if the
/// given algorithm does not support this convolution. If `packed` is given, the packed form of w is read from it, or
/// stored in it on the first call.
Tensor conv2d(const Tensor& x, const Tensor& w, const Conv2dArgs& args, const Tensor& bias = {},
              Activation activation = Activation::none, PackedWeights* packed = nullptr);

/// Returns conv2d(x, w, args) and writes its channel_statistics() to `statistics`. The fast algorithms accumulate the
/// sums while the elements are in the cache.
Tensor conv2d_with_statistics(const Tensor& x, const Tensor& w, const Conv2dArgs& args, ChannelStatistics& statistics);

/// The gradient with respect to the images: dx of shape x_shape, from dy [N, P, Q, K]. If `sum` [x_shape] is given, dx
/// is added to it in place and it is returned: move it in, since its buffer must not be shared.
Tensor conv2d_backward_input(const Tensor& dy, const Tensor& w, const Shape& x_shape, const Conv2dArgs& args,
                             Tensor sum = {});

/// The gradient with respect to the weights: dw of shape w_shape.
Tensor conv2d_backward_weight(const Tensor& dy, const Tensor& x, const Shape& w_shape, const Conv2dArgs& args);

/// The algorithm that `automatic` selects: depthwise if each group has one input channel; Winograd for 3x3 at stride 1
/// if there are enough channels, at stride 2 if there are enough tiles too; otherwise im2col, which handles groups too.
ConvAlgorithm choose_algorithm(const ConvGeometry& g);

/// Whether `algorithm` supports this convolution.
bool supports(ConvAlgorithm algorithm, const ConvGeometry& g);

/// "naive", "im2col", "Winograd F(4x4,3x3)" ...
const char* name(ConvAlgorithm algorithm);

}  // namespace onefold
