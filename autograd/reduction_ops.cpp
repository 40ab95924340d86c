#include "autograd/ops.h"
#include "core/check.h"
#include "core/ops/elementwise.h"
#include "core/ops/pooling.h"
#include "core/ops/softmax.h"

namespace onefold {

Variable reshape(const Variable& x, const Shape& shape) {
  return record("reshape", x.value().reshape(shape), {x},
                [x_shape = x.shape()](const Tensor& dy) -> Grads { return {dy.reshape(x_shape)}; });
}

Variable sum(const Variable& x) {
  return record("sum", Tensor::full({}, static_cast<Real>(sum(x.value()))), {x},
                [x_shape = x.shape()](const Tensor& dy) -> Grads { return {Tensor::full(x_shape, dy.item())}; });
}

Variable mean(const Variable& x) {
  check(x.value().size() > 0, "mean: input ", x.shape(), " has no elements, expected at least 1");
  const double size = static_cast<double>(x.value().size());
  return record("mean", Tensor::full({}, static_cast<Real>(sum(x.value()) / size)), {x},
                [x_shape = x.shape(), size](const Tensor& dy) -> Grads {
                  return {Tensor::full(x_shape, static_cast<Real>(dy.item() / size))};
                });
}

Variable global_avg_pool(const Variable& x) {
  return record("global_avg_pool", global_avg_pool_forward(x.value()), {x},
                [x_shape = x.shape()](const Tensor& dy) -> Grads { return {global_avg_pool_backward(dy, x_shape)}; });
}

Variable softmax_cross_entropy(const Variable& logits, const std::vector<int>& labels, Real smoothing) {
  const CrossEntropy result = softmax_cross_entropy_forward(logits.value(), labels, smoothing);
  return record("softmax_cross_entropy", Tensor::full({}, result.loss), {logits},
                [dlogits = result.dlogits](const Tensor& dy) -> Grads { return {scale(dlogits, dy.item())}; });
}

}  // namespace onefold
