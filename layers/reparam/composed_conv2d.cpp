#include "layers/reparam/composed_conv2d.h"

#include "autograd/ops.h"
#include "core/check.h"
#include "layers/fold.h"
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

std::unique_ptr<Module> ComposedConv2d::fold() const {
  check_evaluation_mode(*this);
  auto folded = std::make_unique<Conv2d>(kernel_of_now(), args_);
  folded->eval();
  return folded;
}

}  // namespace onefold
