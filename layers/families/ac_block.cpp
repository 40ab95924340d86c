#include "layers/families/ac_block.h"

namespace onefold {

// [ac-block]
AcBlock::AcBlock(const BlockOptions& options, Initializer& initializer)
    : LinearBlock(options.activation), options_(options) {
  const auto add = [&](const std::string& name, const Conv2dOptions& convolution) {
    Branch& branch = add_branch(name);
    branch.add<Conv2d>("conv" + name, convolution, initializer);
    branch.add<BatchNorm2d>("bn" + name, options.out).set_gamma(Real(1) / 3);
  };
  add("3x3", same_convolution(options, 3, 3));
  add("1x3", same_convolution(options, 1, 3));
  add("3x1", same_convolution(options, 3, 1));
}
// [/ac-block]

}  // namespace onefold
