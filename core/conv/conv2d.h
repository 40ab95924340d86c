#pragma once

#include "core/conv/conv_types.h"

namespace onefold {

/// Cross-correlation, as all of deep learning calls it convolution:
///   y[n,p,q,k] = sum x[n, p stride + r dilation - padding, ..., c] w[r,s,c,k],
/// then activation(y + bias). x [N, H, W, C], w [R, S, C / groups, K], bias [K] or none; result [N, P, Q, K].
/// Output channels of group g see the input channels of group g alone; groups == C == K is a depthwise convolution.
///
/// Computes with args.algorithm, or with the one that choose_algorithm names. Throws Error for shapes that do not fit
/// and for an algorithm forced on a case that it does not support. If `packed` is given, the packed form of w is taken
/// from it, or put there the first time.
Tensor conv2d(const Tensor& x, const Tensor& w, const Conv2dArgs& args, const Tensor& bias = {},
              Activation activation = Activation::none, PackedWeights* packed = nullptr);

/// conv2d(x, w, args) and, in `statistics`, its channel_statistics(): the fast algorithms add the sums up while the
/// elements are in the cache.
Tensor conv2d_with_statistics(const Tensor& x, const Tensor& w, const Conv2dArgs& args, ChannelStatistics& statistics);

/// The gradient of the images: dx of shape x_shape, from dy [N, P, Q, K]. If `sum` [x_shape] is given, dx is added
/// to it, in its buffer, and it is returned.
Tensor conv2d_backward_input(const Tensor& dy, const Tensor& w, const Shape& x_shape, const Conv2dArgs& args,
                             const Tensor& sum = {});

/// The gradient of the weights: dw of shape w_shape.
Tensor conv2d_backward_weight(const Tensor& dy, const Tensor& x, const Shape& w_shape, const Conv2dArgs& args);

/// The algorithm that `automatic` stands for: depthwise if each group has one input channel, Winograd for 3x3 at
/// strides 1 and 2 with enough channels and enough tiles, else im2col, groups included.
ConvAlgorithm choose_algorithm(const ConvGeometry& g);

/// Whether `algorithm` can compute this convolution at all.
bool supports(ConvAlgorithm algorithm, const ConvGeometry& g);

/// "naive", "im2col", "Winograd F(4x4,3x3)" ...
const char* name(ConvAlgorithm algorithm);

}  // namespace onefold
