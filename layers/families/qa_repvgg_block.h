#pragma once

#include <string>

#include "layers/fold/block_options.h"
#include "layers/calculus/linear_block.h"

namespace onefold {

/// relu(BN(BN(conv 3x3) + conv 1x1 + x)): RepVGG's branches with one batch norm after the sum instead of one in 1x1 and
/// identity, so that no tiny variance blows their weights up, and the folded ones survive rounding to 8 bits.
/// Chu, Li, Zhang: "Make RepVGG Greater Again: A Quantization-aware Approach", AAAI 2024, section "QARepVGG".
///
/// Any stride and groups; x itself only where the result has its shape. State: sum.conv3, sum.bn3, sum.conv1, bn.
class QaRepVggBlock : public LinearBlock {
 public:
  /// Throws Error for groups that do not divide both numbers of channels.
  QaRepVggBlock(const BlockOptions& options, Initializer& initializer);

  std::string description() const override { return "QaRepVggBlock " + options_.text(); }

 private:
  BlockOptions options_;
};

}  // namespace onefold
