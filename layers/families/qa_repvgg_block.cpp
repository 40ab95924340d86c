#include "layers/families/qa_repvgg_block.h"

namespace onefold {

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

}  // namespace onefold
