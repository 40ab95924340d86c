#include "autograd/annex/survey_ops.h"

#include "core/annex/activations.h"
#include "core/annex/channels.h"
#include "core/annex/padding.h"
#include "core/annex/resize.h"

namespace onefold {

Variable pad2d_circular(const Variable& x, int64_t rows, int64_t columns) {
  return record("pad2d_circular", pad2d_circular_forward(x.value(), rows, columns), {x},
                [rows, columns](const Tensor& dy) -> Grads { return {pad2d_circular_backward(dy, rows, columns)}; });
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

}  // namespace onefold
