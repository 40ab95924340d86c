#include "layers/families/weights/expand_linear.h"

#include "autograd/ops.h"
#include "core/check.h"
#include "layers/fold/fold_error.h"
#include "layers/linear.h"

namespace onefold {

ExpandLinear::ExpandLinear(int64_t in, int64_t out, Initializer& initializer, int64_t rate) {
  check(in >= 1 && out >= 1 && rate >= 1, "ExpandLinear: ", in, " -> ", out, " features at rate ", rate,
        "; all must be at least 1");
  // Only the last has a ReLU after it: the others preserve the scale of their inputs with half of He's variance.
  factor0_ = Variable(he_normal({in, rate * in}, 2 * in, initializer), true);
  factor1_ = Variable(he_normal({rate * in, rate * out}, 2 * rate * in, initializer), true);
  factor2_ = Variable(he_normal({rate * out, out}, rate * out, initializer), true);
  bias_ = Variable(Tensor::zeros({out}), true);
}

// [weight]
Variable ExpandLinear::weight() const { return matmul(factor0_, matmul(factor1_, factor2_)); }

Variable ExpandLinear::forward(const Variable& x) { return linear(x, weight(), bias_); }
// [/weight]

void ExpandLinear::visit(Visitor& visitor) {
  visitor.parameter("factor0", factor0_);
  visitor.parameter("factor1", factor1_);
  visitor.parameter("factor2", factor2_);
  visitor.parameter("bias", bias_);
}

std::string ExpandLinear::description() const {
  const int64_t in = factor0_.shape()[0];
  return "ExpandLinear " + std::to_string(in) + " -> " + std::to_string(bias_.shape()[0]) + ", as 3 layers, rate " +
         std::to_string(factor0_.shape()[1] / in);
}

std::unique_ptr<Module> ExpandLinear::fold() const {
  check_evaluation_mode(*this);
  const NoGrad no_grad;
  const Tensor product = weight().value();
  check_finite("weight", product);
  check_finite("bias", bias_.value());
  auto folded = std::make_unique<Linear>(product, bias_.value());
  folded->eval();
  return folded;
}

}  // namespace onefold
