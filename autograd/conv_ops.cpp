#include "autograd/ops.h"
#include "core/ops/elementwise.h"

namespace onefold {

Variable conv2d(const Variable& x, const Variable& w, const Conv2dArgs& args) {
  return conv2d(x, w, Variable(), Activation::none, args);
}

// [conv2d]
Variable conv2d(const Variable& x, const Variable& w, const Variable& bias, Activation activation,
                const Conv2dArgs& args, PackedWeights* packed) {
  const Tensor y = conv2d(x.value(), w.value(), args, bias.defined() ? bias.value() : Tensor(), activation, packed);
  std::vector<Variable> inputs{x, w};
  if (bias.defined()) inputs.push_back(bias);

  // The sign of y says where the activation let the gradient through: save it only if there is one.
  return record("conv2d", y, inputs,
                [x = x.value(), w = w.value(), y = activation == Activation::relu ? y : Tensor(), args,
                 needs_dx = x.requires_grad(), needs_dw = w.requires_grad(), has_bias = bias.defined(),
                 needs_dbias = bias.requires_grad()](const Tensor& dy) -> Grads {
                  const Tensor g = y.defined() ? relu_backward(y, dy) : dy;
                  Grads grads{needs_dx ? conv2d_backward_input(g, w, x.shape(), args) : Tensor(),
                              needs_dw ? conv2d_backward_weight(g, x, w.shape(), args) : Tensor()};
                  if (has_bias) grads.push_back(needs_dbias ? sum_rows(g) : Tensor());
                  return grads;
                });
}
// [/conv2d]

Variable compose_kernels(const Variable& first, const Variable& second, const ComposeArgs& args) {
  return record("compose_kernels", compose_kernels_forward(first.value(), second.value(), args), {first, second},
                [first = first.value(), second = second.value(), args, needs_dfirst = first.requires_grad(),
                 needs_dsecond = second.requires_grad()](const Tensor& dy) -> Grads {
                  return {needs_dfirst ? compose_kernels_backward_first(dy, first, second, args) : Tensor(),
                          needs_dsecond ? compose_kernels_backward_second(dy, first, second, args) : Tensor()};
                });
}

}  // namespace onefold
