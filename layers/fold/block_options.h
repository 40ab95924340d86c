#pragma once

#include <cstdint>
#include <string>

#include "core/ops/elementwise.h"
#include "layers/conv2d.h"

namespace onefold {

/// The settings of a block that takes the place of a 3x3 convolution, the same for every block family:
/// [N, H, W, in] -> [N, ceil(H / stride), ceil(W / stride), out].
struct BlockOptions {
  int64_t in = 0;   // channels
  int64_t out = 0;  // channels
  int64_t stride = 1;
  int64_t groups = 1;
  bool pointwise = true;  // RepVGG's 1x1 branch: 1/9 of the 3x3's multiply-adds, half the time of its Winograd
  FirstWeights first = FirstWeights::he_normal;  // of the 3x3 convolution
  Activation activation = Activation::relu;

  /// Whether the result has the shape of x, so that an identity branch is possible.
  bool keeps_shape() const { return stride == 1 && in == out; }

  /// Whether each output channel reads exactly one input channel, its own.
  bool is_depthwise() const { return groups > 1 && groups == in && in == out; }

  /// "16 -> 32, stride 2, groups 4". Default values are omitted.
  std::string text() const;
};

/// A convolution with the block's channels, stride and groups, and padding of half the kernel size. A 3x3 kernel is
/// initialised as `first` says, any other with He's normal distribution.
Conv2dOptions same_convolution(const BlockOptions& options, int64_t rows, int64_t columns);

/// A convolution that keeps the feature map's size at stride 1: the padding is half the kernel size.
Conv2dOptions same_convolution(int64_t in, int64_t out, int64_t rows, int64_t columns, int64_t stride = 1,
                               int64_t groups = 1, int64_t dilation = 1);

}  // namespace onefold
