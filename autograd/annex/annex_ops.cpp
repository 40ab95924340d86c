#include "autograd/annex/annex_ops.h"

#include "core/annex/elementwise.h"
#include "core/annex/padding.h"
#include "core/ops/elementwise.h"

namespace onefold {

Variable gather(const Variable& x, const std::vector<int64_t>& places, const Shape& shape) {
  return record(
      "gather", gather_forward(x.value(), places, shape), {x},
      [x_shape = x.shape(), places](const Tensor& dy) -> Grads { return {gather_backward(dy, places, x_shape)}; });
}

Variable scale_channels(const Variable& x, const Variable& factor) {
  return record("scale_channels", scale_channels_forward(x.value(), factor.value()), {x, factor},
                [x = x.value(), factor = factor.value(), needs_dx = x.requires_grad(),
                 needs_dfactor = factor.requires_grad()](const Tensor& dy) -> Grads {
                  return {needs_dx ? scale_channels_forward(dy, factor) : Tensor(),
                          needs_dfactor ? sum_rows(multiply(dy, x)) : Tensor()};
                });
}

Variable pad2d(const Variable& x, const Variable& value, int64_t rows, int64_t columns) {
  std::vector<Variable> inputs{x};
  if (value.defined()) inputs.push_back(value);
  return record("pad2d", pad2d_forward(x.value(), value.defined() ? value.value() : Tensor(), rows, columns), inputs,
                [rows, columns, has_value = value.defined(), needs_dx = x.requires_grad(),
                 needs_dvalue = value.requires_grad()](const Tensor& dy) -> Grads {
                  Grads grads{needs_dx ? pad2d_backward(dy, rows, columns) : Tensor()};
                  if (has_value) grads.push_back(needs_dvalue ? pad2d_backward_value(dy, rows, columns) : Tensor());
                  return grads;
                });
}

Variable normalize_filters(const Variable& w) {
  return record("normalize_filters", normalize_filters_forward(w.value()), {w},
                [w = w.value()](const Tensor& dy) -> Grads { return {normalize_filters_backward(w, dy)}; });
}

Variable dropout(const Variable& x, Real probability, const Random& random) {
  const Tensor mask = dropout_mask(x.shape(), probability, random);
  return record("dropout", multiply(x.value(), mask), {x},
                [mask](const Tensor& dy) -> Grads { return {multiply(dy, mask)}; });
}

Variable compose_kernels(const Variable& first, const Variable& second, const ComposeArgs& args) {
  return record("compose_kernels", compose_kernels_forward(first.value(), second.value(), args), {first, second},
                [first = first.value(), second = second.value(), args, needs_dfirst = first.requires_grad(),
                 needs_dsecond = second.requires_grad()](const Tensor& dy) -> Grads {
                  return {needs_dfirst ? compose_kernels_backward_first(dy, first, second, args) : Tensor(),
                          needs_dsecond ? compose_kernels_backward_second(dy, first, second, args) : Tensor()};
                });
}

Variable batch_norm_of_zero(const Variable& x, const Variable& gamma, const Variable& beta,
                            const ChannelStatistics& statistics, StatisticsOf of, Real eps) {
  const Tensor zero = Tensor::zeros({1, gamma.shape()[0]});
  const Tensor y = batch_norm_forward(zero, statistics, gamma.value(), beta.value(), eps).reshape(gamma.shape());
  if (of == StatisticsOf::running) {
    return record("batch_norm_of_zero", y, {gamma, beta}, [statistics, zero, eps](const Tensor& dy) -> Grads {
      const auto grads = batch_norm_backward_fixed(dy.reshape(zero.shape()), zero, statistics, dy, eps);
      return {grads.dgamma, grads.dbeta};
    });
  }
  return record(
      "batch_norm_of_zero", y, {x, gamma, beta},
      [x = x.value(), gamma = gamma.value(), statistics, zero, eps](const Tensor& dy) -> Grads {
        const Tensor dpixel = dy.reshape(zero.shape());
        const auto of_pixel = batch_norm_backward_fixed(dpixel, zero, statistics, gamma, eps);
        // dx = -d / rows (1 + z xhat): a batch norm of x again. d is a pixel's gradient under fixed statistics.
        const Real share = Real(-1) / static_cast<Real>(x.shape().rows());
        const Tensor shift = scale(of_pixel.dx.reshape(dy.shape()), share);
        const Tensor one = Tensor::full(dy.shape(), 1), none = Tensor::zeros(dy.shape());
        const Tensor z = batch_norm_forward(zero, statistics, one, none, eps).reshape(dy.shape());
        return {batch_norm_forward(x, statistics, multiply(shift, z), shift, eps), of_pixel.dgamma, of_pixel.dbeta};
      });
}

}  // namespace onefold
