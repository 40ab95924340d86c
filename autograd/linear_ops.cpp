#include "autograd/ops.h"
#include "core/check.h"
#include "core/gemm/gemm.h"
#include "core/ops/elementwise.h"

// M rows, K inner extent, N columns of a product. In a linear layer: N images, C features in, K features out.

namespace onefold {

namespace {

void check_factors(const char* op, const Tensor& a, const Tensor& b) {
  check(a.shape().rank() == 2 && b.shape().rank() == 2 && a.shape()[1] == b.shape()[0], op, ": got ", a.shape(),
        " and ", b.shape(), ", expected two matrices, the second with as many rows as the first has columns");
}

}  // namespace

Variable matmul(const Variable& a, const Variable& b) {
  check_factors("matmul", a.value(), b.value());
  return record("matmul", product(as_stored(a.value()), as_stored(b.value())), {a, b},
                [a = a.value(), b = b.value(), needs_da = a.requires_grad(),
                 needs_db = b.requires_grad()](const Tensor& dy) -> Grads {
                  return {needs_da ? product(as_stored(dy), transposed(b)) : Tensor(),
                          needs_db ? product(transposed(a), as_stored(dy)) : Tensor()};
                });
}

Variable add_bias(const Variable& x, const Variable& bias) {
  return record("add_bias", add_bias_forward(x.value(), bias.value()), {x, bias},
                [needs_dbias = bias.requires_grad()](const Tensor& dy) -> Grads {
                  return {dy, needs_dbias ? sum_rows(dy) : Tensor()};
                });
}

Variable linear(const Variable& x, const Variable& weight, const Variable& bias) {
  check_factors("linear", x.value(), weight.value());
  Tensor y = product(as_stored(x.value()), as_stored(weight.value()));
  std::vector<Variable> inputs{x, weight};
  if (bias.defined()) {
    y = add_bias_forward(y, bias.value());
    inputs.push_back(bias);
  }
  return record("linear", y, inputs,
                [x = x.value(), w = weight.value(), needs_dx = x.requires_grad(), needs_dw = weight.requires_grad(),
                 has_bias = bias.defined(), needs_dbias = bias.requires_grad()](const Tensor& dy) -> Grads {
                  Grads grads{needs_dx ? product(as_stored(dy), transposed(w)) : Tensor(),
                              needs_dw ? product(transposed(x), as_stored(dy)) : Tensor()};
                  if (has_bias) grads.push_back(needs_dbias ? sum_rows(dy) : Tensor());
                  return grads;
                });
}

Variable conv2d(const Variable& x, const Variable& w, const Conv2dArgs& args) {
  return conv2d(x, w, Variable(), Activation::none, args);
}

// [conv2d]
Variable conv2d(const Variable& x, const Variable& w, const Variable& bias, Activation activation,
                const Conv2dArgs& args, PackedWeights* packed) {
  const Tensor y = conv2d(x.value(), w.value(), args, bias.defined() ? bias.value() : Tensor(), activation, packed);
  std::vector<Variable> inputs{x, w};
  if (bias.defined()) inputs.push_back(bias);

  // The sign of y says where the activation passes the gradient: save y only if there is an activation.
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

}  // namespace onefold
