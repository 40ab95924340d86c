#include "layers/families/weights/composed_conv2d.h"

#include "autograd/ops.h"
#include "core/check.h"
#include "layers/fold/conv_relu.h"
#include "layers/fold/fold_error.h"
#include "layers/operand_hook.h"

namespace onefold {

ComposedConv2d::ComposedConv2d(int64_t in, const Conv2dArgs& args) : in_(in), args_(args) {
  check(in >= 1 && args.groups >= 1 && in % args.groups == 0, "ComposedConv2d: ", args.groups, " groups must divide ",
        in, " input channels");
}

Variable ComposedConv2d::forward(const Variable& x) {
  const Operands operands = hooked_operands(*this, {x, kernel()});
  return conv2d(operands.x, operands.weight, bias(), Activation::none, args_);
}

Kernel ComposedConv2d::kernel_of_now() const {
  const NoGrad no_grad;
  const Variable weight = kernel(), added = bias();
  check_finite("kernel", weight.value());
  if (!added.defined()) return {weight.value(), {}};
  check_finite("bias", added.value());
  return {weight.value(), added.value()};
}

LinearForm ComposedConv2d::linear(int64_t) const {
  check_evaluation_mode(*this);
  return convolution_form(kernel_of_now(), args_);
}

std::optional<LinearPiece::PlainConvolution> ComposedConv2d::plain_convolution() const {
  if (bias().defined()) return std::nullopt;
  const AtWork composing(*this);
  return PlainConvolution{kernel(), args_};
}

std::unique_ptr<Module> ComposedConv2d::fold() const {
  check_evaluation_mode(*this);
  return make_folded(kernel_of_now(), args_, Activation::none);
}

std::unique_ptr<Module> ComposedConv2d::fold_with_norm(const FixedBatchNorm& norm) const {
  check_evaluation_mode(*this);
  return make_folded(fold_batch_norm(kernel_of_now(), norm).rounded(), args_, Activation::none);
}

}  // namespace onefold
