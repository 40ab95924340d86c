#include "layers/linear.h"

#include "autograd/ops.h"
#include "core/check.h"
#include "layers/fold/fold_error.h"
#include "layers/operand_hook.h"

namespace onefold {

namespace {

Shape weight_shape(int64_t in, int64_t out) {
  check(in >= 1 && out >= 1, "Linear: ", in, " -> ", out, " features; both must be at least 1");
  return {in, out};
}

}  // namespace

Linear::Linear(int64_t in, int64_t out, Initializer& initializer)
    : weight_(fan_in_uniform(weight_shape(in, out), in, initializer), true),
      bias_(fan_in_uniform({out}, in, initializer), true) {}

Linear::Linear(const Tensor& weight, const Tensor& bias) {
  check(weight.shape().rank() == 2 && bias.shape() == Shape{weight.shape()[-1]}, "Linear: weight ", weight.shape(),
        " and bias ", bias.shape(), " must be [in out] and [out]");
  weight_ = Variable(weight.clone(), true);
  bias_ = Variable(bias.clone(), true);
}

Variable Linear::forward(const Variable& x) {
  const Operands operands = hooked_operands(*this, {x, weight_});
  return linear(operands.x, operands.weight, bias_);
}

// [visit]
void Linear::visit(Visitor& visitor) {
  visitor.parameter("weight", weight_);
  visitor.parameter("bias", bias_);
}
// [/visit]

std::string Linear::description() const {
  return "Linear " + std::to_string(weight_.shape()[0]) + " -> " + std::to_string(weight_.shape()[1]);
}

std::unique_ptr<Linear> Linear::fold_linear() const {
  check_evaluation_mode(*this);
  check_finite("weight", weight_.value());
  check_finite("bias", bias_.value());
  auto copy = std::make_unique<Linear>(weight_.value(), bias_.value());
  copy->eval();
  return copy;
}

Variable Flatten::forward(const Variable& x) {
  check(x.shape().rank() >= 1 && x.shape()[0] >= 1, "Flatten: input ", x.shape(), " must be [N ...] with N at least 1");
  return reshape(x, {x.shape()[0], x.shape().size() / x.shape()[0]});
}

std::unique_ptr<Module> Flatten::fold() const { return fold_to_copy(*this); }

}  // namespace onefold
