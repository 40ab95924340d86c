#pragma once

#include <memory>
#include <utility>

#include "layers/batch_norm.h"
#include "layers/calculus/linear_block.h"
#include "layers/families/weights/expand_conv2d.h"
#include "layers/fold/block_options.h"

namespace onefold {

// [block]
/// relu(BN(wide(x) + conv 3x3)): wide is a 3x3 that is trained as a 1x1, a 3x3 and a 1x1 with four times the channels
/// in between.
class WideBlock : public LinearBlock {
 public:
  WideBlock(const BlockOptions& options, Initializer& initializer) : LinearBlock(options.activation) {
    auto sum = std::make_unique<LinearBlock>();
    sum->add_branch("wide").add<ExpandConv2d>("wide", same_convolution(options, 3, 3), initializer);
    sum->add_branch("3x3").add<Conv2d>("conv3", same_convolution(options, 3, 3), initializer);
    Branch& all = add_branch("all");
    all.append("sum", std::move(sum));
    all.add<BatchNorm2d>("bn", options.out);
  }
};
// [/block]

}  // namespace onefold
