#include "layers/models/plain_vgg.h"

#include "layers/pooling.h"

namespace onefold {

namespace {

VggParts make_parts(const RepVggSize& size, int64_t classes) {
  VggParts parts;
  parts.stages = make_stages(size, block_options(size), zero_conv_relu);
  parts.pool = std::make_unique<GlobalAvgPool>();
  parts.head = zero_linear(size.widths.back(), classes);
  return parts;
}

}  // namespace

PlainVgg::PlainVgg(const RepVggSize& size, int64_t classes) : PlainVgg(size, make_parts(size, classes)) {}

std::unique_ptr<ConvRelu> zero_conv_relu(const BlockOptions& options) {
  const Kernel zero = DoubleKernel(Shape{3, 3, options.in / options.groups, options.out}).rounded();
  return std::make_unique<ConvRelu>(zero, conv2d_args(options.stride, 1, options.groups));
}

std::unique_ptr<Linear> zero_linear(int64_t in, int64_t out) {
  return std::make_unique<Linear>(Tensor::zeros({in, out}), Tensor::zeros({out}));
}

}  // namespace onefold
