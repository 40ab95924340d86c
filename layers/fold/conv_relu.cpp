#include "layers/fold/conv_relu.h"

#include "core/check.h"
#include "layers/fold/fold_error.h"

namespace onefold {

ConvRelu::ConvRelu(const Kernel& kernel, const Conv2dArgs& args) : conv_(kernel, args) {
  check(kernel.bias.defined(), "ConvRelu: weight ", kernel.weight.shape(),
        " without bias; give one, of zeros if necessary");
}

Variable ConvRelu::forward(const Variable& x) { return conv_.forward_with(x, Activation::relu); }

void ConvRelu::visit(Visitor& visitor) { visitor.child("conv", conv_); }

std::string ConvRelu::description() const { return "ConvRelu " + conv2d_text(conv_.weight().shape(), conv_.args()); }

std::unique_ptr<Module> ConvRelu::fold() const {
  check_evaluation_mode(*this);
  auto copy = std::make_unique<ConvRelu>(fold_piece("conv", [this] { return conv_.kernel(); }), conv_.args());
  copy->eval();
  return copy;
}

std::unique_ptr<Module> make_folded(const Kernel& kernel, const Conv2dArgs& args, Activation activation) {
  std::unique_ptr<Module> folded;
  if (activation == Activation::relu) {
    folded = std::make_unique<ConvRelu>(kernel, args);
  } else {
    folded = std::make_unique<Conv2d>(kernel, args);
  }
  folded->eval();
  return folded;
}

}  // namespace onefold
