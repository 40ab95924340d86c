#include <memory>
#include <string>

#include "layers/calculus/linear_block.h"
#include "layers/fold/block_options.h"

namespace onefold {

namespace {

/// relu(BN(conv 3x3) + BN(conv 1x3) + BN(conv 3x1)): the kernel's middle row and middle column, which matter most, have
/// additional weights. Each gamma starts at 1/3, so that the initial sum is no larger than one branch alone.
/// Ding et al.: "ACNet: Strengthening the Kernel Skeletons for Powerful CNN via Asymmetric Convolution Blocks",
/// ICCV 2019, section 3.3.
///
/// Any stride and groups. State: conv3x3, bn3x3, conv1x3, bn1x3, conv3x1, bn3x1.
class AcBlock : public LinearBlock {
 public:
  /// Throws Error if groups do not divide both the input and the output channels.
  AcBlock(const BlockOptions& options, Initializer& initializer);

  std::string description() const override { return "AcBlock " + options_.text(); }

 private:
  BlockOptions options_;
};

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

}  // namespace

std::unique_ptr<Module> make_ac_block(const BlockOptions& options, Initializer& initializer) {
  return std::make_unique<AcBlock>(options, initializer);
}

}  // namespace onefold
