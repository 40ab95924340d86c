#include "layers/families/plain_block.h"

namespace onefold {

// [constructor]
PlainBlock::PlainBlock(const BlockOptions& options, Initializer& initializer)
    : LinearBlock(options.activation), options_(options) {
  Branch& branch = add_branch("3x3");
  branch.add<Conv2d>("conv3", same_convolution(options, 3, 3), initializer);
  branch.add<BatchNorm2d>("bn3", options.out);
}
// [/constructor]

}  // namespace onefold
