#include "autograd/ops.h"
#include "core/ops/elementwise.h"

namespace onefold {

Variable add(const Variable& a, const Variable& b) {
  return record("add", add(a.value(), b.value()), {a, b}, [](const Tensor& dy) -> Grads { return {dy, dy}; });
}

Variable subtract(const Variable& a, const Variable& b) {
  return record("subtract", subtract(a.value(), b.value()), {a, b},
                [needs_db = b.requires_grad()](const Tensor& dy) -> Grads {
                  return {dy, needs_db ? scale(dy, -1) : Tensor()};
                });
}

Variable multiply(const Variable& a, const Variable& b) {
  return record("multiply", multiply(a.value(), b.value()), {a, b},
                [a = a.value(), b = b.value(), needs_da = a.requires_grad(),
                 needs_db = b.requires_grad()](const Tensor& dy) -> Grads {
                  return {needs_da ? multiply(dy, b) : Tensor(), needs_db ? multiply(dy, a) : Tensor()};
                });
}

Variable scale(const Variable& x, Real factor) {
  return record("scale", scale(x.value(), factor), {x},
                [factor](const Tensor& dy) -> Grads { return {scale(dy, factor)}; });
}

Variable exp(const Variable& x) {
  const Tensor y = exp_forward(x.value());
  return record("exp", y, {x}, [y](const Tensor& dy) -> Grads { return {exp_backward(y, dy)}; });
}

Variable log(const Variable& x) {
  return record("log", log_forward(x.value()), {x},
                [x = x.value()](const Tensor& dy) -> Grads { return {log_backward(x, dy)}; });
}

Variable tanh(const Variable& x) {
  const Tensor y = tanh_forward(x.value());
  return record("tanh", y, {x}, [y](const Tensor& dy) -> Grads { return {tanh_backward(y, dy)}; });
}

// [relu]
Variable relu(const Variable& x) {
  return record("relu", relu_forward(x.value()), {x},
                [x = x.value()](const Tensor& dy) -> Grads { return {relu_backward(x, dy)}; });
}
// [/relu]

}  // namespace onefold
