#pragma once

#include "layers/fold/conv_relu.h"
#include "layers/models/vgg.h"

namespace onefold {

/// The folded form of RepVgg: one 3x3 convolution with bias and ReLU per block. fold() returns a copy.
class PlainVgg : public Vgg {
 public:
  /// All weights are zero, for loading a folded state.
  PlainVgg(const RepVggSize& size, int64_t classes);

  PlainVgg(const RepVggSize& size, VggParts parts) : Vgg(size, std::move(parts)) {}

  std::string description() const override { return "PlainVgg " + text(); }
};

/// A block of a PlainVgg with all weights zero.
std::unique_ptr<ConvRelu> zero_conv_relu(const BlockOptions& options);

/// The linear head of a PlainVgg with all weights zero.
std::unique_ptr<Linear> zero_linear(int64_t in, int64_t out);

}  // namespace onefold
