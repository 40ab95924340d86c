#include "autograd/ops.h"
#include "core/ops/elementwise.h"
#include "core/ops/softmax.h"

namespace onefold {

Variable softmax_cross_entropy(const Variable& logits, const std::vector<int>& labels, Real smoothing) {
  const CrossEntropy result = softmax_cross_entropy_forward(logits.value(), labels, smoothing);
  return record("softmax_cross_entropy", Tensor::full({}, result.loss), {logits},
                [dlogits = result.dlogits](const Tensor& dy) -> Grads { return {scale(dlogits, dy.item())}; });
}

Variable dropout(const Variable& x, Real probability, const Random& random) {
  const Tensor mask = dropout_mask(x.shape(), probability, random);
  return record("dropout", multiply(x.value(), mask), {x},
                [mask](const Tensor& dy) -> Grads { return {multiply(dy, mask)}; });
}

}  // namespace onefold
