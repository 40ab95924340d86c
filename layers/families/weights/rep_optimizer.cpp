#include "layers/families/weights/rep_optimizer.h"

#include "core/check.h"
#include "core/ops/elementwise.h"
#include "layers/families/weights/conv_block.h"

namespace onefold {

namespace {

bool identity_fits(const Conv2dOptions& options) {
  return options.in == options.out && options.args.stride_h == 1 && options.args.stride_w == 1;
}

/// s3 W3 + s1 W1 + identity, with W3 and W1 He normal as in the block.
Kernel first_kernel(const Conv2dOptions& options, const RepOptimizerScales& scales, Initializer& initializer) {
  const Shape shape = composed_shape(options, "RepOptimizerConv2d");
  check(shape[0] % 2 == 1 && shape[1] % 2 == 1, "RepOptimizerConv2d: a kernel of ", shape[0], "x", shape[1],
        " has no centre; both must be odd");
  const Conv2dArgs& args = options.args;
  check(!scales.identity || identity_fits(options), "RepOptimizerConv2d: an identity for ", options.in, " -> ",
        options.out, " channels at stride ", args.stride_h, "; it needs equal channels and stride 1: leave it out");
  const Shape pointwise{1, 1, shape[2], shape[3]};
  const Tensor three = scale(he_normal(shape, shape.rows(), initializer), scales.s3);
  const Tensor one = scale(he_normal(pointwise, pointwise.rows(), initializer), scales.s1);
  std::vector<DoubleKernel> branches{Kernel{three, {}}, pad_kernel(Kernel{one, {}}, shape[0], shape[1])};
  if (scales.identity) branches.push_back(identity_kernel(options.in, args.groups, shape[0], shape[1]));
  return {add_kernels(branches).rounded().weight, {}};
}

}  // namespace

RepOptimizerConv2d::RepOptimizerConv2d(const Conv2dOptions& options, const RepOptimizerScales& scales,
                                       Initializer& initializer)
    : Conv2d(first_kernel(options, scales, initializer), options.args), scale3_(Tensor::full({options.out}, scales.s3)),
      scale1_(Tensor::full({options.out}, scales.s1)), identity_(scales.identity) {}

RepOptimizerConv2d::RepOptimizerConv2d(const Conv2dOptions& options, Initializer& initializer)
    : RepOptimizerConv2d(options, {.identity = identity_fits(options)}, initializer) {}

// [branch-scales]
std::vector<Tensor> RepOptimizerConv2d::branch_scales() const {
  const Shape& shape = weight().shape();
  const Tensor everywhere = add_bias_forward(Tensor::zeros(shape), scale3_);
  const Tensor pixel = add_bias_forward(Tensor::zeros({1, 1, shape[2], shape[3]}), scale1_);
  std::vector<Tensor> scales{everywhere, pad_kernel(Kernel{pixel, {}}, shape[0], shape[1]).rounded().weight};
  if (identity_) scales.push_back(identity_kernel(in_channels(), args().groups, shape[0], shape[1]).rounded().weight);
  return scales;
}
// [/branch-scales]

void RepOptimizerConv2d::visit(Visitor& visitor) {
  Conv2d::visit(visitor);
  visitor.buffer("scale3", scale3_);
  visitor.buffer("scale1", scale1_);
}

std::string RepOptimizerConv2d::description() const {
  return "RepOptimizerConv2d " + conv2d_text(weight().shape(), args()) + (identity_ ? ", identity" : "");
}

void set_branch_scales(Module& network, Optimizer& optimizer) {
  for (const NamedModule& below : named_modules(network)) {
    const auto* conv = dynamic_cast<const RepOptimizerConv2d*>(below.module);
    if (conv != nullptr) optimizer.set_branch_scales(conv->weight(), conv->branch_scales());
  }
}

std::unique_ptr<Module> make_rep_optimizer_block(const BlockOptions& options, Initializer& initializer) {
  return std::make_unique<ConvBlock<RepOptimizerConv2d>>(options, initializer);
}

}  // namespace onefold
