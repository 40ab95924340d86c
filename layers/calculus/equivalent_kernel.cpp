#include "layers/calculus/equivalent_kernel.h"

#include <algorithm>
#include <vector>

#include "autograd/annex/annex_ops.h"
#include "autograd/ops.h"

namespace onefold {

namespace {

/// One axis of a convolution, with impulses placed such that every element of the kernel responds to one.
struct ImpulseAxis {
  int64_t elements, stride, padding, dilation;

  int64_t extent() const { return (elements - 1) * dilation + 1; }

  /// The first of the `stride` impulses: far enough inside for the last element to reach it from an output pixel.
  int64_t first() const { return std::max<int64_t>(0, extent() - 1 - padding); }
  int64_t pixels() const { return std::max<int64_t>(1, first() + stride - 1 + extent() - padding); }

  /// Element e of output pixel p sees input pixel p stride + e dilation - padding. These are the indices of the impulse
  /// and of the output pixel that e connects.
  int64_t impulse(int64_t e) const {
    const int64_t behind = first() + padding - e * dilation;
    return (stride - behind % stride) % stride;
  }
  int64_t output(int64_t e) const { return (first() + impulse(e) + padding - e * dilation) / stride; }
};

}  // namespace

FixedConv2d equivalent_convolution(Module& module) {
  const EvaluationMode evaluation(module);
  LinearForm form = form_before_activation(module);
  reduce(form);
  return form.conv;
}

ConvVariable equivalent_convolution_in_graph(Module& module) {
  const FixedConv2d conv = equivalent_convolution(module);
  rounded(conv);  // throws for padding that a convolution cannot have
  const Conv2dArgs& args = conv.args;
  const Shape& shape = conv.kernel.shape;
  const int64_t C = shape[2], K = shape[3], all = conv.channels_in();
  const ImpulseAxis h{shape[0], args.stride_h, args.padding_h, args.dilation_h};
  const ImpulseAxis w{shape[1], args.stride_w, args.padding_w, args.dilation_w};

  // One image per impulse and per channel of a group; groups do not see each other, so they all share it. The last
  // image is zero.
  const int64_t images = C * h.stride * w.stride + 1, H = h.pixels(), W = w.pixels();
  const auto image = [&](int64_t c, int64_t row, int64_t column) { return (c * h.stride + row) * w.stride + column; };
  Tensor x = Tensor::zeros({images, H, W, all});
  for (int64_t channel = 0; channel < all; ++channel) {
    for (int64_t row = 0; row < h.stride; ++row) {
      for (int64_t column = 0; column < w.stride; ++column) {
        const int64_t n = image(channel % C, row, column);
        x[((n * H + h.first() + row) * W + w.first() + column) * all + channel] = 1;
      }
    }
  }
  const EvaluationMode evaluation(module);
  const Variable y = linear_view(module)->sum_by_pieces(Variable(x));  // [images, P, Q, K]
  const int64_t P = y.shape()[1], Q = y.shape()[2];

  std::vector<int64_t> of_bias, of_weight;
  for (int64_t k = 0; k < K; ++k) of_bias.push_back((images - 1) * P * Q * K + k);
  for (int64_t r = 0; r < shape[0]; ++r) {
    for (int64_t s = 0; s < shape[1]; ++s) {
      for (int64_t c = 0; c < C; ++c) {
        const int64_t pixel = (image(c, h.impulse(r), w.impulse(s)) * P + h.output(r)) * Q + w.output(s);
        for (int64_t k = 0; k < K; ++k) of_weight.push_back(pixel * K + k);
      }
    }
  }
  const Variable bias = gather(y, of_bias, {K});
  return {add_bias(gather(y, of_weight, shape), scale(bias, -1)), bias, args};
}

}  // namespace onefold
