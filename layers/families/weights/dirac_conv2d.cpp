#include "layers/families/weights/dirac_conv2d.h"

#include "autograd/annex/annex_ops.h"
#include "autograd/ops.h"
#include "core/check.h"
#include "layers/families/weights/conv_block.h"

namespace onefold {

namespace {

/// The identity for the channels that outputs and inputs have in common, within each group.
Tensor dirac_delta(const Shape& shape, int64_t groups) {
  check(shape[0] % 2 == 1 && shape[1] % 2 == 1, "DiracConv2d: a kernel of ", shape[0], "x", shape[1],
        " has no centre; both must be odd");
  const int64_t C = shape[2], K = shape[3], centre = shape[0] * shape[1] / 2;
  Tensor delta = Tensor::zeros(shape);
  for (int64_t k = 0; k < K; ++k) {
    const int64_t copied = k % (K / groups);
    if (copied < C) delta[(centre * C + copied) * K + k] = 1;
  }
  return delta;
}

}  // namespace

DiracConv2d::DiracConv2d(const Conv2dOptions& options, Initializer& initializer)
    : ComposedConv2d(options.in, options.args) {
  const Shape shape = composed_shape(options, "DiracConv2d");
  delta_ = Variable(dirac_delta(shape, options.args.groups));
  weight_ = Variable(he_normal(shape, shape.rows(), initializer), true);
  identity_ = Variable(Tensor::full({options.out}, 1), true);
  filter_ = Variable(Tensor::full({options.out}, Real(0.1)), true);
}

// [kernel]
Variable DiracConv2d::kernel() const {
  return add(scale_channels(delta_, identity_), scale_channels(normalize_filters(weight_), filter_));
}
// [/kernel]

void DiracConv2d::visit(Visitor& visitor) {
  visitor.parameter("weight", weight_);
  visitor.parameter("identity", identity_);
  visitor.parameter("filter", filter_);
}

std::string DiracConv2d::description() const { return "DiracConv2d " + conv2d_text(weight_.shape(), args()); }

std::unique_ptr<Module> make_dirac_block(const BlockOptions& options, Initializer& initializer) {
  return std::make_unique<ConvBlock<DiracConv2d>>(options, initializer);
}

}  // namespace onefold
