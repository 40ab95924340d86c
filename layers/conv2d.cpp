#include "layers/conv2d.h"

#include <sstream>

#include "autograd/ops.h"
#include "core/check.h"
#include "layers/fold/fold_error.h"
#include "layers/operand_hook.h"

namespace onefold {

Shape weight_shape(const Conv2dOptions& options, const std::string& layer) {
  const int64_t in = options.in, out = options.out, groups = options.args.groups;
  check(in >= 1 && out >= 1, layer, ": ", in, " -> ", out, " channels; both must be at least 1");
  check(options.kernel_h >= 1 && options.kernel_w >= 1, layer, ": a kernel of ", options.kernel_h, "x",
        options.kernel_w, "; both must be at least 1");
  check(groups >= 1 && in % groups == 0 && out % groups == 0, layer, ": ", groups, " groups must divide both ", in,
        " input and ", out, " output channels");
  return {options.kernel_h, options.kernel_w, in / groups, out};
}

namespace {

Tensor first_weight(const Conv2dOptions& options, Initializer& initializer) {
  const Shape shape = weight_shape(options, "Conv2d");
  return options.first == FirstWeights::dirac ? dirac_normal(shape, options.args.groups, initializer)
                                              : he_normal(shape, shape.rows(), initializer);
}

}  // namespace

Conv2d::Conv2d(const Conv2dOptions& options, Initializer& initializer)
    : weight_(first_weight(options, initializer), true), args_(options.args) {
  if (options.bias) bias_ = Variable(Tensor::zeros({options.out}), true);
}

Conv2d::Conv2d(const Kernel& kernel, const Conv2dArgs& args) : args_(args) {
  check(kernel.weight.shape().rank() == 4, "Conv2d: weight ", kernel.weight.shape(), " must be [R S C/groups K]");
  check(!kernel.bias.defined() || kernel.bias.shape() == Shape{kernel.weight.shape()[-1]}, "Conv2d: bias ",
        kernel.bias.shape(), " does not fit weight ", kernel.weight.shape(), ", expected one value per output channel");
  weight_ = Variable(kernel.weight.clone(), true);
  if (kernel.bias.defined()) bias_ = Variable(kernel.bias.clone(), true);
}

Variable Conv2d::forward(const Variable& x) { return forward_with(x, Activation::none); }

Variable Conv2d::forward_with(const Variable& x, Activation activation) {
  if (OperandHook::innermost != nullptr) {
    const Operands operands = hooked_operands(*this, {x, weight_});
    return conv2d(operands.x, operands.weight, bias_, activation, args_);
  }
  // If history is kept, the weights are about to change: release them, so that they can change in place.
  if (grad_enabled()) packed_ = {};
  return conv2d(x, weight_, bias_, activation, args_, grad_enabled() ? nullptr : &packed_);
}

void Conv2d::visit(Visitor& visitor) {
  visitor.parameter("weight", weight_);
  if (bias_.defined()) visitor.parameter("bias", bias_);
}

std::string Conv2d::description() const {
  return "Conv2d " + conv2d_text(weight_.shape(), args_) + (bias_.defined() ? ", bias" : "");
}

std::unique_ptr<Module> Conv2d::fold() const {
  check_evaluation_mode(*this);
  auto copy = std::make_unique<Conv2d>(kernel(), args_);
  copy->eval();
  return copy;
}

std::unique_ptr<Module> Conv2d::fold_with_norm(const FixedBatchNorm& norm) const {
  check_evaluation_mode(*this);
  return std::make_unique<Conv2d>(fold_batch_norm(kernel(), norm).rounded(), args_);
}

Kernel Conv2d::kernel() const {
  check_finite("weight", weight_.value());
  if (!bias_.defined()) return {weight_.value(), {}};
  check_finite("bias", bias_.value());
  return {weight_.value(), bias_.value()};
}

std::string conv2d_text(const Shape& weight, const Conv2dArgs& args) {
  std::ostringstream text;
  text << weight[0] << "x" << weight[1] << ", " << weight[2] * args.groups << " -> " << weight[3];
  const auto setting = [&text](const char* name, int64_t h, int64_t w, int64_t usual) {
    if (h == usual && w == usual) return;
    text << ", " << name << " " << h;
    if (w != h) text << "x" << w;
  };
  setting("stride", args.stride_h, args.stride_w, 1);
  setting("padding", args.padding_h, args.padding_w, 0);
  setting("dilation", args.dilation_h, args.dilation_w, 1);
  setting("groups", args.groups, args.groups, 1);
  if (args.algorithm != ConvAlgorithm::automatic) text << ", " << name(args.algorithm);
  return text.str();
}

}  // namespace onefold
