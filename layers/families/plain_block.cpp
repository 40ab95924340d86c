#include <memory>
#include <string>

#include "layers/calculus/linear_block.h"
#include "layers/fold/block_options.h"

namespace onefold {

namespace {

/// relu(BN(conv 3x3)): the block without re-parameterization, the baseline for the others and the form they fold to.
/// State: conv3, bn3.
class PlainBlock : public LinearBlock {
 public:
  /// Throws Error if groups do not divide both the input and the output channels.
  PlainBlock(const BlockOptions& options, Initializer& initializer);

  std::string description() const override { return "PlainBlock " + options_.text(); }

 private:
  BlockOptions options_;
};

// [constructor]
PlainBlock::PlainBlock(const BlockOptions& options, Initializer& initializer)
    : LinearBlock(options.activation), options_(options) {
  Branch& branch = add_branch("3x3");
  branch.add<Conv2d>("conv3", same_convolution(options, 3, 3), initializer);
  branch.add<BatchNorm2d>("bn3", options.out);
}
// [/constructor]

}  // namespace

std::unique_ptr<Module> make_plain_block(const BlockOptions& options, Initializer& initializer) {
  return std::make_unique<PlainBlock>(options, initializer);
}

}  // namespace onefold
