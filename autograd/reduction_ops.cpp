#include "autograd/ops.h"
#include "core/check.h"
#include "core/ops/elementwise.h"

namespace onefold {

Variable reshape(const Variable& x, const Shape& shape) {
  return record("reshape", x.value().reshape(shape), {x},
                [x_shape = x.shape()](const Tensor& dy) -> Grads { return {dy.reshape(x_shape)}; });
}

Variable gather(const Variable& x, const std::vector<int64_t>& places, const Shape& shape) {
  return record("gather", gather_forward(x.value(), places, shape), {x},
                [x_shape = x.shape(), places](const Tensor& dy) -> Grads {
                  return {gather_backward(dy, places, x_shape)};
                });
}

Variable sum(const Variable& x) {
  return record("sum", Tensor::full({}, static_cast<Real>(sum(x.value()))), {x},
                [x_shape = x.shape()](const Tensor& dy) -> Grads { return {Tensor::full(x_shape, dy.item())}; });
}

Variable mean(const Variable& x) {
  check(x.value().size() > 0, "mean: input ", x.shape(), " has no elements, at least 1 is needed");
  const double size = static_cast<double>(x.value().size());
  return record("mean", Tensor::full({}, static_cast<Real>(sum(x.value()) / size)), {x},
                [x_shape = x.shape(), size](const Tensor& dy) -> Grads {
                  return {Tensor::full(x_shape, static_cast<Real>(dy.item() / size))};
                });
}

}  // namespace onefold
