// A block that is wider while it trains: its 3x3 makes several times the feature maps, and a 1x1 takes them back.
// Page: docs/17-a-block-of-your-own.md
#pragma once

#include "layers/calculus/linear_block.h"
#include "layers/calculus/pieces.h"

namespace onefold {

// [block]
/// relu(BN(conv 1x1 (conv 3x3 (x)))), with kWiden times the output's channels in between.
class WideBlock : public LinearBlock {
 public:
  static constexpr int64_t kWiden = 4;

  WideBlock(const BlockOptions& options, Initializer& initializer) : LinearBlock(options.activation) {
    BlockOptions wide = options;
    wide.out = kWiden * options.out;
    Branch& chain = add_branch("wide");
    chain.add<Conv2d>("conv3", same_convolution(wide, 3, 3), initializer);
    chain.add<Conv2d>("conv1", same_convolution(wide.out, options.out, 1, 1, 1, options.groups), initializer);
    chain.add<BatchNorm2d>("bn", options.out);
  }
};
// [/block]

}  // namespace onefold
