#include "autograd/annex/annex_ops.h"

#include "core/annex/activations.h"
#include "core/annex/channels.h"
#include "core/annex/elementwise.h"
#include "core/annex/padding.h"
#include "core/annex/resize.h"
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

Variable pad2d_circular(const Variable& x, int64_t rows, int64_t columns) {
  return record("pad2d_circular", pad2d_circular_forward(x.value(), rows, columns), {x},
                [rows, columns](const Tensor& dy) -> Grads { return {pad2d_circular_backward(dy, rows, columns)}; });
}

Variable normalize_filters(const Variable& w) {
  return record("normalize_filters", normalize_filters_forward(w.value()), {w},
                [w = w.value()](const Tensor& dy) -> Grads { return {normalize_filters_backward(w, dy)}; });
}

Variable concat_channels(const std::vector<Variable>& parts) {
  struct Part {
    int64_t first, width;
    bool needs_gradient;
  };
  std::vector<Tensor> values;
  std::vector<Part> places;
  int64_t first = 0;
  for (const Variable& part : parts) {
    values.push_back(part.value());
    places.push_back({first, part.shape()[-1], part.requires_grad()});
    first += part.shape()[-1];
  }
  return record("concat_channels", concat_channels(values), parts, [places](const Tensor& dy) -> Grads {
    Grads grads;
    for (const Part& part : places) {
      grads.push_back(part.needs_gradient ? slice_channels(dy, part.first, part.width) : Tensor());
    }
    return grads;
  });
}

Variable slice_channels(const Variable& x, int64_t first, int64_t count) {
  return record("slice_channels", slice_channels(x.value(), first, count), {x},
                [first, after = x.shape()[-1] - first - count](const Tensor& dy) -> Grads {
                  return {pad_channels(dy, first, after)};
                });
}

Variable pad_channels(const Variable& x, int64_t before, int64_t after) {
  return record(
      "pad_channels", pad_channels(x.value(), before, after), {x},
      [before, count = x.shape()[-1]](const Tensor& dy) -> Grads { return {slice_channels(dy, before, count)}; });
}

Variable shuffle_channels(const Variable& x, int64_t groups) {
  return record("shuffle_channels", shuffle_channels(x.value(), groups), {x},
                [width = x.shape()[-1] / groups](const Tensor& dy) -> Grads { return {shuffle_channels(dy, width)}; });
}

Variable scale_images(const Variable& x, const Variable& factor) {
  return record("scale_images", scale_images_forward(x.value(), factor.value()), {x, factor},
                [x = x.value(), factor = factor.value(), needs_dx = x.requires_grad(),
                 needs_dfactor = factor.requires_grad()](const Tensor& dy) -> Grads {
                  return {needs_dx ? scale_images_forward(dy, factor) : Tensor(),
                          needs_dfactor ? scale_images_backward_factor(x, dy) : Tensor()};
                });
}

Variable resize_images(const Variable& x, int64_t height, int64_t width) {
  return record("resize_images", resize_images_forward(x.value(), height, width), {x},
                [shape = x.shape()](const Tensor& dy) -> Grads { return {resize_images_backward(dy, shape)}; });
}

Variable dropout(const Variable& x, Real probability, const Random& random) {
  const Tensor mask = dropout_mask(x.shape(), probability, random);
  return record("dropout", multiply(x.value(), mask), {x},
                [mask](const Tensor& dy) -> Grads { return {multiply(dy, mask)}; });
}

Variable leaky_relu(const Variable& x, Real slope) {
  return record("leaky_relu", leaky_relu_forward(x.value(), slope), {x},
                [x = x.value(), slope](const Tensor& dy) -> Grads { return {leaky_relu_backward(x, dy, slope)}; });
}

Variable relu6(const Variable& x) {
  return record("relu6", relu6_forward(x.value()), {x},
                [x = x.value()](const Tensor& dy) -> Grads { return {relu6_backward(x, dy)}; });
}

Variable sigmoid(const Variable& x) {
  const Tensor y = sigmoid_forward(x.value());
  return record("sigmoid", y, {x}, [y](const Tensor& dy) -> Grads { return {sigmoid_backward(y, dy)}; });
}

Variable silu(const Variable& x) {
  return record("silu", silu_forward(x.value()), {x},
                [x = x.value()](const Tensor& dy) -> Grads { return {silu_backward(x, dy)}; });
}

Variable gelu(const Variable& x) {
  return record("gelu", gelu_forward(x.value()), {x},
                [x = x.value()](const Tensor& dy) -> Grads { return {gelu_backward(x, dy)}; });
}

Variable compose_kernels(const Variable& first, const Variable& second, const ComposeArgs& args) {
  return record("compose_kernels", compose_kernels_forward(first.value(), second.value(), args), {first, second},
                [first = first.value(), second = second.value(), args, needs_dfirst = first.requires_grad(),
                 needs_dsecond = second.requires_grad()](const Tensor& dy) -> Grads {
                  return {needs_dfirst ? compose_kernels_backward_first(dy, first, second, args) : Tensor(),
                          needs_dsecond ? compose_kernels_backward_second(dy, first, second, args) : Tensor()};
                });
}

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
