#include "layers/labs/small_net.h"

#include "core/check.h"
#include "layers/activations.h"
#include "layers/calculus/linear_block.h"
#include "layers/families/weights/expand_conv2d.h"
#include "layers/families/weights/expand_linear.h"
#include "layers/labs/window_pooling.h"
#include "layers/linear.h"
#include "layers/pooling.h"

namespace onefold {

namespace {

using Convolutions = SmallNetOptions::Convolutions;

constexpr int64_t kInputChannels = 3, kImageSide = 32, kFeatures = 64;

std::unique_ptr<Module> make_conv(const Conv2dOptions& options, Convolutions kind, Initializer& initializer) {
  if (kind == Convolutions::plain) return std::make_unique<Conv2d>(options, initializer);
  const ExpandOptions expand{.expansion = kind == Convolutions::expand_layers ? Expansion::layers : Expansion::kernels,
                             .widen_input = options.in != kInputChannels};
  return std::make_unique<ExpandConv2d>(options, initializer, expand);
}

}  // namespace

// [small-net]
std::unique_ptr<Sequential> small_net(const SmallNetOptions& options, int64_t classes, Initializer& initializer) {
  check(options.kernel == 3 || options.kernel == 7, "small_net: a kernel of ", options.kernel, "; expected 3 or 7");
  auto net = std::make_unique<Sequential>();
  int64_t in = kInputChannels, side = kImageSide;
  for (const int64_t out : {8, 16, 32}) {
    const int64_t padding = options.kernel == 7 ? 3 : 0;
    const Conv2dOptions conv{
        .in = in, .out = out, .kernel_h = options.kernel, .kernel_w = options.kernel, .args = conv2d_args(1, padding)};
    auto& block = net->add<LinearBlock>(Activation::relu);
    Branch& branch = block.add_branch("conv");
    branch.append("conv", make_conv(conv, options.convolutions, initializer));
    branch.add<BatchNorm2d>("bn", out);
    net->add<MaxPool2d>(Pool2dArgs{.kernel = 2, .stride = 2});
    side = (side + 2 * padding - options.kernel + 1) / 2;
    in = out;
  }
  net->add<Flatten>();
  if (options.expand_linear) {
    net->add<ExpandLinear>(side * side * in, kFeatures, initializer);
  } else {
    net->add<Linear>(side * side * in, kFeatures, initializer);
  }
  net->add<Relu>();
  net->add<Linear>(kFeatures, classes, initializer);
  return net;
}
// [/small-net]

const std::vector<SmallNetRow>& small_net_rows() {
  static const std::vector<SmallNetRow> rows = {
      {"7x7", {.kernel = 7}, 78.63},
      {"7x7 CK", {.kernel = 7, .convolutions = Convolutions::expand_kernels}, 80.27},
      {"3x3", {.kernel = 3}, 73.32},
      {"3x3 CL", {.kernel = 3, .convolutions = Convolutions::expand_layers}, 73.96},
      {"3x3 CL+FC", {.kernel = 3, .convolutions = Convolutions::expand_layers, .expand_linear = true}, 74.45},
  };
  return rows;
}

}  // namespace onefold
