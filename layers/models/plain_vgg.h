#pragma once

#include "layers/fold/conv_relu.h"
#include "layers/models/vgg.h"

namespace onefold {

/// What a RepVgg folds to: one 3x3 convolution with bias and ReLU per block, the form to deploy. It folds to a copy.
class PlainVgg : public Vgg {
 public:
  /// All weights zero: to load a folded state into.
  PlainVgg(const RepVggSize& size, int64_t classes);

  PlainVgg(const RepVggSize& size, VggParts parts) : Vgg(size, std::move(parts)) {}

  std::string description() const override { return "PlainVgg " + text(); }
};

/// A block of it, all weights zero.
std::unique_ptr<ConvRelu> zero_conv_relu(const BlockOptions& options);

/// A head of it, all weights zero.
std::unique_ptr<Linear> zero_linear(int64_t in, int64_t out);

}  // namespace onefold
