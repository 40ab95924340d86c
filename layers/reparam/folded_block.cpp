#include "layers/reparam/folded_block.h"

#include "autograd/ops.h"
#include "core/check.h"
#include "layers/fold.h"

namespace onefold {

ConvRelu::ConvRelu(const Kernel& kernel, const Conv2dArgs& args) : conv_(kernel, args) {
  check(kernel.bias.defined(), "ConvRelu: weight ", kernel.weight.shape(),
        " without bias; give one, of zeros if need be");
}

Variable ConvRelu::forward(const Variable& x) {
  return conv_.forward_with(x, Activation::relu);
}

void ConvRelu::visit(Visitor& visitor) { visitor.child("conv", conv_); }

std::string ConvRelu::description() const {
  return "ConvRelu " + conv2d_text(conv_.weight().shape(), conv_.args());
}

std::unique_ptr<Module> ConvRelu::fold() const {
  check_evaluation_mode(*this);
  auto copy = std::make_unique<ConvRelu>(fold_piece("conv", [this] { return conv_.kernel(); }), conv_.args());
  copy->eval();
  return copy;
}

}  // namespace onefold
