#pragma once

#include <string>

#include "layers/fold/block_options.h"
#include "layers/calculus/linear_block.h"

namespace onefold {

/// relu(BN(conv 3x3)): the block without re-parameterization, the baseline for the others and the form they fold to.
/// State: conv3, bn3.
class PlainBlock : public LinearBlock {
 public:
  /// Throws Error if groups do not divide both the input and the output channels.
  PlainBlock(const BlockOptions& options, Initializer& initializer);

  std::string description() const override { return "PlainBlock " + options_.text(); }

  const BlockOptions& options() const { return options_; }

 private:
  BlockOptions options_;
};

}  // namespace onefold
