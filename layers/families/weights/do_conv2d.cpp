#include "layers/families/weights/do_conv2d.h"

#include "autograd/annex/annex_ops.h"
#include "autograd/ops.h"
#include "layers/families/weights/conv_block.h"

namespace onefold {

DoConv2d::DoConv2d(const Conv2dOptions& options, Initializer& initializer)
    : ComposedConv2d(options.in, options.args), options_(options) {
  const Shape shape = composed_shape(options, "DoConv2d");
  const int64_t R = shape[0], S = shape[1], pixels = R * S, filters = options.in * pixels;
  weight_ = Variable(he_normal({1, 1, shape[2] * pixels, options.out}, shape.rows(), initializer), true);
  depthwise_ = Variable(Tensor::zeros({R, S, 1, filters}), true);

  Tensor identity = Tensor::zeros({R, S, 1, filters});
  for (int64_t filter = 0; filter < filters; ++filter) identity[filter % pixels * filters + filter] = 1;
  identity_ = Variable(identity);
}

// [kernel]
Variable DoConv2d::kernel() const {
  return compose_kernels(add(depthwise_, identity_), weight_,
                         {.first_groups = options_.in, .second_groups = options_.args.groups});
}
// [/kernel]

void DoConv2d::visit(Visitor& visitor) {
  visitor.parameter("weight", weight_);
  visitor.parameter("depthwise", depthwise_);
}

std::string DoConv2d::description() const {
  return "DoConv2d " + conv2d_text(weight_shape(options_, "DoConv2d"), args());
}

std::unique_ptr<Module> make_do_block(const BlockOptions& options, Initializer& initializer) {
  return std::make_unique<ConvBlock<DoConv2d>>(options, initializer);
}

}  // namespace onefold
