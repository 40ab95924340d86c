#include "autograd/annex/pooling_ops.h"

namespace onefold {

Variable max_pool2d(const Variable& x, const Pool2dArgs& args) {
  const MaxPoolResult result = max_pool2d_forward(x.value(), args);
  return record("max_pool2d", result.y, {x},
                [place = result.place, x_shape = x.shape(), args](const Tensor& dy) -> Grads {
                  return {max_pool2d_backward(dy, place, x_shape, args)};
                });
}

Variable avg_pool2d(const Variable& x, const Pool2dArgs& args) {
  return record(
      "avg_pool2d", avg_pool2d_forward(x.value(), args), {x},
      [x_shape = x.shape(), args](const Tensor& dy) -> Grads { return {avg_pool2d_backward(dy, x_shape, args)}; });
}

}  // namespace onefold
