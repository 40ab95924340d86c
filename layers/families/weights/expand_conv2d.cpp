#include "layers/families/weights/expand_conv2d.h"

#include "autograd/annex/annex_ops.h"
#include "autograd/ops.h"
#include "core/check.h"
#include "layers/families/weights/conv_block.h"

namespace onefold {

namespace {

struct KernelSize {
  int64_t rows, columns;
};

// [layers]
/// The kernel sizes of the layers that replace one convolution.
std::vector<KernelSize> layer_sizes(const Shape& kernel, Expansion expansion) {
  if (expansion == Expansion::layers) return {{1, 1}, {kernel[0], kernel[1]}, {1, 1}};
  return std::vector<KernelSize>(static_cast<size_t>(kernel[0] / 2), {3, 3});
}

/// The input channels of each layer, then the output channels of the last: in, rate in, rate out ..., out.
std::vector<int64_t> layer_widths(const Conv2dOptions& options, const ExpandOptions& expand, size_t layers) {
  std::vector<int64_t> widths(layers + 1, expand.rate * options.out);
  widths[0] = options.in;
  widths[1] = expand.widen_input ? expand.rate * options.in : options.in;
  widths[layers] = options.out;
  return widths;
}
// [/layers]

}  // namespace

ExpandConv2d::ExpandConv2d(const Conv2dOptions& options, Initializer& initializer, const ExpandOptions& expand)
    : ComposedConv2d(options.in, options.args), options_(options), expand_(expand) {
  const Shape shape = composed_shape(options, "ExpandConv2d");
  check(expand.rate >= 1, "ExpandConv2d: expansion rate ", expand.rate, " must be at least 1");
  check(expand.expansion == Expansion::layers || (shape[0] == shape[1] && shape[0] % 2 == 1 && shape[0] >= 5),
        "ExpandConv2d: a kernel of ", shape[0], "x", shape[1],
        " is not a chain of 3x3 kernels; expected 5x5, 7x7 ..., or Expansion::layers");
  const std::vector<KernelSize> sizes = layer_sizes(shape, expand.expansion);
  const std::vector<int64_t> widths = layer_widths(options, expand, sizes.size());
  for (size_t i = 0; i < sizes.size(); ++i) {
    const Shape factor{sizes[i].rows, sizes[i].columns, widths[i] / options.args.groups, widths[i + 1]};
    // Only the last has a ReLU after it: the others preserve the scale of a feature map with half of He's variance.
    const bool last = i + 1 == sizes.size();
    factors_.emplace_back(he_normal(factor, last ? factor.rows() : 2 * factor.rows(), initializer), true);
  }
}

// [kernel]
Variable ExpandConv2d::kernel() const {
  const ComposeArgs groups{.first_groups = options_.args.groups, .second_groups = options_.args.groups};
  Variable kernel = factors_[0];
  for (size_t i = 1; i < factors_.size(); ++i) kernel = compose_kernels(kernel, factors_[i], groups);
  return kernel;
}
// [/kernel]

void ExpandConv2d::visit(Visitor& visitor) {
  for (size_t i = 0; i < factors_.size(); ++i) visitor.parameter("factor" + std::to_string(i), factors_[i]);
}

std::string ExpandConv2d::description() const {
  return "ExpandConv2d " + conv2d_text(weight_shape(options_, "ExpandConv2d"), args()) + ", as " +
         std::to_string(factors_.size()) + " layers, rate " + std::to_string(expand_.rate);
}

std::unique_ptr<Module> make_expand_block(const BlockOptions& options, Initializer& initializer) {
  return std::make_unique<ConvBlock<ExpandConv2d>>(options, initializer);
}

}  // namespace onefold
