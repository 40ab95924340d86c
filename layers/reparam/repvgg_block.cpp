#include "layers/reparam/repvgg_block.h"

namespace onefold {

// [branches]
RepVggBlock::RepVggBlock(const BlockOptions& options, Initializer& initializer)
    : LinearBlock(options.activation), options_(options) {
  const int64_t out = options.out;
  Branch& branch3 = add_branch("3x3");
  branch3.add<Conv2d>("conv3", same_convolution(options, 3, 3), initializer);
  branch3.add<BatchNorm2d>("bn3", out);
  if (has_pointwise()) {
    Branch& branch1 = add_branch("1x1");
    branch1.add<Conv2d>("conv1", same_convolution(options, 1, 1), initializer);
    branch1.add<BatchNorm2d>("bn1", out);
  }
  if (has_identity()) add_branch("identity").add<BatchNorm2d>("bn0", out);
}
// [/branches]

RepVggBlock::RepVggBlock(int64_t in, int64_t out, int64_t stride, Initializer& initializer, int64_t groups)
    : RepVggBlock({.in = in, .out = out, .stride = stride, .groups = groups}, initializer) {}

std::string RepVggBlock::description() const {
  return "RepVggBlock " + options_.text() + (has_pointwise() ? "" : ", without 1x1");
}

}  // namespace onefold
