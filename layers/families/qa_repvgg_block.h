#pragma once

#include <string>

#include "layers/fold/block_options.h"
#include "layers/calculus/linear_block.h"

namespace onefold {

/// relu(BN(BN(conv 3x3) + conv 1x1 + x)): RepVGG's branches with one batch norm after the sum instead of one each in
/// the 1x1 and identity branches. So no tiny variance inflates their weights, and the folded weights tolerate 8-bit
/// rounding.
/// Chu, Li, Zhang: "Make RepVGG Greater Again: A Quantization-aware Approach", AAAI 2024, section "QARepVGG".
///
/// Any stride and groups; the identity branch exists only if the result has the shape of x. State: sum.conv3, sum.bn3,
/// sum.conv1, bn.
class QaRepVggBlock : public LinearBlock {
 public:
  /// Throws Error if groups do not divide both the input and the output channels.
  QaRepVggBlock(const BlockOptions& options, Initializer& initializer);

  std::string description() const override { return "QaRepVggBlock " + options_.text(); }

 private:
  BlockOptions options_;
};

}  // namespace onefold
