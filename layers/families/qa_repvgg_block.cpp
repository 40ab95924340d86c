#include <memory>
#include <string>

#include "layers/calculus/linear_block.h"
#include "layers/fold/block_options.h"

namespace onefold {

namespace {

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

// [qa-repvgg-block]
QaRepVggBlock::QaRepVggBlock(const BlockOptions& options, Initializer& initializer)
    : LinearBlock(options.activation), options_(options) {
  auto sum = std::make_unique<LinearBlock>();
  Branch& branch3 = sum->add_branch("3x3");
  branch3.add<Conv2d>("conv3", same_convolution(options, 3, 3), initializer);
  branch3.add<BatchNorm2d>("bn3", options.out);
  sum->add_branch("1x1").add<Conv2d>("conv1", same_convolution(options, 1, 1), initializer);
  if (options.keeps_shape()) sum->add_branch("identity");

  Branch& all = add_branch("all");
  all.append("sum", std::move(sum));
  all.add<BatchNorm2d>("bn", options.out);
}
// [/qa-repvgg-block]

}  // namespace

std::unique_ptr<Module> make_qa_repvgg_block(const BlockOptions& options, Initializer& initializer) {
  return std::make_unique<QaRepVggBlock>(options, initializer);
}

}  // namespace onefold
