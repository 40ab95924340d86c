#include "layers/labs/window_pooling.h"

#include "autograd/annex/pooling_ops.h"
#include "core/check.h"
#include "layers/fold/fold_error.h"

namespace onefold {

Variable MaxPool2d::forward(const Variable& x) { return max_pool2d(x, args_); }

std::string MaxPool2d::description() const { return "MaxPool2d " + window_text(args_); }

std::unique_ptr<Module> MaxPool2d::fold() const { return fold_to_copy(*this, args_); }

Variable GlobalMaxPool::forward(const Variable& x) {
  const Shape& shape = x.shape();
  check(shape.rank() == 4 && shape[1] == shape[2] && shape[1] >= 1, "GlobalMaxPool: input ", shape,
        " must be square feature maps [N H H C]");
  const Variable largest = max_pool2d(x, {.kernel = shape[1], .stride = shape[1]});
  return reshape(largest, {shape[0], shape[3]});
}

std::unique_ptr<Module> GlobalMaxPool::fold() const { return fold_to_copy(*this); }

}  // namespace onefold
