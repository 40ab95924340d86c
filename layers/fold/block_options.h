#pragma once

#include <cstdint>
#include <string>

#include "core/ops/elementwise.h"
#include "layers/conv2d.h"

namespace onefold {

/// What a block that stands for a 3x3 convolution is asked for, whatever its family:
/// [N, H, W, in] -> [N, ceil(H / stride), ceil(W / stride), out].
struct BlockOptions {
  int64_t in = 0;   // channels
  int64_t out = 0;  // channels
  int64_t stride = 1;
  int64_t groups = 1;
  bool pointwise = true;  // RepVGG's 1x1: a ninth of the 3x3's multiply-adds, beside Winograd half of its time
  FirstWeights first = FirstWeights::he_normal;  // of the 3x3 convolution
  Activation activation = Activation::relu;

  /// Whether x has the result's shape, so that x itself may be a branch.
  bool keeps_shape() const { return stride == 1 && in == out; }

  /// Whether each output channel looks at an input channel of its own.
  bool is_depthwise() const { return groups > 1 && groups == in && in == out; }

  /// "16 -> 32, stride 2, groups 4", leaving out what has its usual value.
  std::string text() const;
};

/// A convolution of a block's channels, stride and groups, padded by half of its extent; a 3x3 begins with the block's
/// first weights, another one He normal.
Conv2dOptions same_convolution(const BlockOptions& options, int64_t rows, int64_t columns);

/// A convolution that keeps the map's size at stride 1: padding of half the kernel's extent.
Conv2dOptions same_convolution(int64_t in, int64_t out, int64_t rows, int64_t columns, int64_t stride = 1,
                               int64_t groups = 1, int64_t dilation = 1);

}  // namespace onefold
