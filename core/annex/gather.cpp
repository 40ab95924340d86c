#include "core/annex/gather.h"

#include "core/check.h"

namespace onefold {

Tensor gather_forward(const Tensor& x, const std::vector<int64_t>& places, const Shape& shape) {
  check(shape.size() == static_cast<int64_t>(places.size()), "gather: ", places.size(), " indices for a result ", shape,
        "; expected one per element");
  Tensor y(shape);
  for (size_t i = 0; i < places.size(); ++i) {
    check(places[i] >= 0 && places[i] < x.size(), "gather: index ", places[i], " is not in x ", x.shape(),
          "; expected 0 to ", x.size() - 1);
    y[static_cast<int64_t>(i)] = x[places[i]];
  }
  return y;
}

Tensor gather_backward(const Tensor& dy, const std::vector<int64_t>& places, const Shape& x_shape) {
  Tensor dx = Tensor::zeros(x_shape);
  for (size_t i = 0; i < places.size(); ++i) dx[places[i]] += dy[static_cast<int64_t>(i)];
  return dx;
}

}  // namespace onefold
