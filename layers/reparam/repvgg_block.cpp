#include "layers/reparam/repvgg_block.h"

namespace onefold {

// [branches]
RepVggBlock::RepVggBlock(const RepVggBlockOptions& options, Initializer& initializer)
    : LinearBlock(Activation::relu), options_(options) {
  const auto& [in, out, stride, groups, pointwise, first] = options;
  Conv2dOptions three = same_convolution(in, out, 3, 3, stride, groups);
  three.first = first;
  Branch& branch3 = add_branch("3x3");
  branch3.add<Conv2d>("conv3", three, initializer);
  branch3.add<BatchNorm2d>("bn3", out);
  if (pointwise) {
    Branch& branch1 = add_branch("1x1");
    branch1.add<Conv2d>("conv1", same_convolution(in, out, 1, 1, stride, groups), initializer);
    branch1.add<BatchNorm2d>("bn1", out);
  }
  if (has_identity()) add_branch("identity").add<BatchNorm2d>("bn0", out);
}
// [/branches]

RepVggBlock::RepVggBlock(int64_t in, int64_t out, int64_t stride, Initializer& initializer, int64_t groups)
    : RepVggBlock({.in = in, .out = out, .stride = stride, .groups = groups}, initializer) {}

std::string RepVggBlock::description() const {
  std::string text = "RepVggBlock " + std::to_string(options_.in) + " -> " + std::to_string(options_.out);
  if (options_.stride != 1) text += ", stride " + std::to_string(options_.stride);
  if (options_.groups != 1) text += ", groups " + std::to_string(options_.groups);
  if (!has_pointwise()) text += ", without 1x1";
  return text;
}

}  // namespace onefold
