#pragma once

#include <string>

#include "layers/calculus/linear_block.h"
#include "layers/fold/block_options.h"

namespace onefold {

/// relu(BN(conv)) with a 3x3 convolution that re-parameterizes its weights: DoConv2d, ExpandConv2d, DiracConv2d,
/// OrepaConv2d or RepOptimizerConv2d. State: conv.*, bn.*.
template <class Conv>
class ConvBlock : public LinearBlock {
 public:
  /// Throws Error if Conv does.
  ConvBlock(const BlockOptions& options, Initializer& initializer)
      : LinearBlock(options.activation), options_(options) {
    Branch& branch = add_branch("3x3");
    conv_ = &branch.add<Conv>("conv", same_convolution(options, 3, 3), initializer);
    branch.add<BatchNorm2d>("bn", options.out);
  }

  /// "DoConv2dBlock 16 -> 32, stride 2"
  std::string description() const override {
    const std::string conv = conv_->description();
    return conv.substr(0, conv.find(' ')) + "Block " + options_.text();
  }

 private:
  BlockOptions options_;
  const Conv* conv_;
};

/// The shape of such a convolution's kernel, [R, S, in / groups, out]. Throws Error, starting with `layer`, if
/// weight_shape() does, and for options that it does not support: a bias, which the batch norm after it has, and
/// initial weights other than its own.
Shape composed_shape(const Conv2dOptions& options, const std::string& layer);

}  // namespace onefold
