#include <cmath>
#include <numbers>

#include "autograd/variable.h"

using namespace onefold;

Variable gelu(const Variable& x) {
  const Tensor& in = x.value();
  Tensor y(in.shape()), slope(in.shape());
  for (int64_t i = 0; i < in.size(); ++i) {
    const double share = (1 + std::erf(in[i] / std::numbers::sqrt2)) / 2;
    const double density = std::exp(-in[i] * in[i] / 2) / std::sqrt(2 * std::numbers::pi);
    y[i] = in[i] * share;
    slope[i] = share + in[i] * density;
  }
  return record("gelu", y, {x}, [slope](const Tensor& dy) -> Grads {
    Tensor dx(dy.shape());
    for (int64_t i = 0; i < dy.size(); ++i) dx[i] = slope[i] * dy[i];
    return {dx};
  });
}
