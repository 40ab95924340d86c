#pragma once

#include <vector>

#include "core/activation.h"
#include "core/batch_norm.h"
#include "core/tensor.h"

namespace onefold {

enum class ConvAlgorithm { automatic, naive, im2col, winograd2, winograd4, winograd4_stride2, depthwise };

/// Everything about a convolution but its tensors. Padding is with zeros, the same on both sides of an axis.
struct Conv2dArgs {
  int64_t stride_h = 1, stride_w = 1;
  int64_t padding_h = 0, padding_w = 0;
  int64_t dilation_h = 1, dilation_w = 1;
  int64_t groups = 1;
  ConvAlgorithm algorithm = ConvAlgorithm::automatic;
};

/// The same stride and padding along both axes.
Conv2dArgs conv2d_args(int64_t stride, int64_t padding, int64_t groups = 1);

/// The output's shape [N, P, Q, K] for images x [N, H, W, C] and weights w [R, S, C / groups, K]:
/// P = (H + 2 padding - dilation (R - 1) - 1) / stride + 1. Throws Error, naming both shapes, where they do not fit.
Shape conv2d_output_shape(const Shape& x, const Shape& w, const Conv2dArgs& args);

/// Weights as an algorithm multiplies by them: packed, for Winograd transformed. Whoever calls conv2d() many times with
/// the same weights keeps one of these beside them. It holds the weights, which therefore nobody writes: other numbers
/// are another buffer, and conv2d() packs them anew.
struct PackedWeights {
  ConvAlgorithm algorithm = ConvAlgorithm::automatic;  // that they are packed for
  Tensor weights;                                      // that are packed
  std::vector<Tensor> parts;                           // one a group

  /// The part at hand, or make()'s.
  template <class Make>
  Tensor part(size_t index, const Make& make) {
    if (index >= parts.size()) parts.push_back(make());
    return parts[index];
  }
};

/// Cross-correlation, as all of deep learning calls it convolution:
///   y[n,p,q,k] = sum x[n, p stride + r dilation - padding, ..., c] w[r,s,c,k],
/// then activation(y + bias). x [N, H, W, C], w [R, S, C / groups, K], bias [K] or none; result [N, P, Q, K].
/// Output channels of group g see the input channels of group g alone; groups == C == K is a depthwise convolution.
///
/// Computes with args.algorithm, or with the one that choose_algorithm names. Throws Error for shapes that do not fit
/// and for an algorithm forced on a case that it does not cover. Where `packed` is given, the packed form of w is taken
/// from it, or put there the first time.
Tensor conv2d(const Tensor& x, const Tensor& w, const Conv2dArgs& args, const Tensor& bias = {},
              Activation activation = Activation::none, PackedWeights* packed = nullptr);

/// conv2d(x, w, args) and, in `statistics`, what channel_statistics() says of it: the fast algorithms add the sums up
/// while the numbers are in the cache.
Tensor conv2d_with_statistics(const Tensor& x, const Tensor& w, const Conv2dArgs& args, ChannelStatistics& statistics);

/// The gradient of the images: dx of shape x_shape, from dy [N, P, Q, K]. Where `sum` [x_shape] is given, dx is added
/// to it, in its buffer, and it is returned.
Tensor conv2d_backward_input(const Tensor& dy, const Tensor& w, const Shape& x_shape, const Conv2dArgs& args,
                             const Tensor& sum = {});

/// The gradient of the weights: dw of shape w_shape.
Tensor conv2d_backward_weight(const Tensor& dy, const Tensor& x, const Shape& w_shape, const Conv2dArgs& args);

/// The algorithm that `automatic` stands for: depthwise where each group has one input channel, Winograd for 3x3 at
/// strides 1 and 2 with enough channels and enough tiles, im2col elsewhere, groups included.
ConvAlgorithm choose_algorithm(const Shape& x, const Shape& w, const Conv2dArgs& args);

/// Whether `algorithm` can compute this convolution at all.
bool supports(ConvAlgorithm algorithm, const Shape& w, const Conv2dArgs& args);

/// "naive", "im2col", "winograd F(4x4,3x3)" ...
const char* name(ConvAlgorithm algorithm);

}  // namespace onefold
