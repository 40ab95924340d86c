// Plain networks as deep as ResNets. Oyedotun, Shabayek, Aouada, Ottersten: "Going Deeper with Neural Networks without
// Skip Connections", ICIP 2020.
//
// Their one idea: depth without shortcuts fails for two reasons, values that explode or vanish, and layers that become
// nearly singular; leaky ReLUs, initial weights scaled to them, and a limit on the length of every filter cure both.
//
// [drawing]
//     x -- 3x3, no filter longer than the limit -- leaky ReLU --
// [/drawing]
//
// The layers are those of a ResNet of the same depth, without its shortcuts and batch norms. The limit and the slope
// are chosen here.

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/annex/elementwise.h"
#include "core/check.h"
#include "layers/conv2d.h"
#include "layers/fold/fold_error.h"
#include "layers/models/survey/chain.h"
#include "layers/models/survey/survey.h"

namespace onefold {

namespace {

constexpr double kLongest = 2;  // filters start about 1.4 long

// [block]
/// What each filter [..., k] of w [..., K] has to be multiplied by to keep the limit: 1, or less if it is too long.
Tensor shortening(const Tensor& w) {
  const int64_t K = w.shape()[-1];
  std::vector<double> squares(static_cast<size_t>(K));
  for (int64_t i = 0; i < w.size(); ++i) squares[static_cast<size_t>(i % K)] += std::pow(double{w[i]}, 2);
  Tensor factor({K});
  for (int64_t k = 0; k < K; ++k) {
    const double length = std::sqrt(squares[static_cast<size_t>(k)]);
    // A little below the limit, so that rounding does not make it too long again.
    factor[k] = length > kLongest ? static_cast<Real>(kLongest * (1 - 1e-6) / length) : Real{1};
  }
  return factor;
}
// [/block]

/// Shortens what a training step made too long before it is used, which is the same as after each step: so the limit
/// holds whoever trains the network. Folds to a plain convolution.
class MaxNormConv2d : public Conv2d {
 public:
  using Conv2d::Conv2d;

  Variable forward(const Variable& x) override {
    const Tensor factor = shortening(weight().value());
    if (*std::min_element(factor.data(), factor.data() + factor.size()) < 1) {
      Variable w = weight();
      w.set_value(scale_channels_forward(w.value(), factor));
    }
    return Conv2d::forward(x);
  }
  std::string description() const override { return Conv2d::description() + ", filters of limited length"; }
  std::unique_ptr<Module> fold() const override {
    check_evaluation_mode(*this);
    const Kernel own = kernel();
    auto folded =
        std::make_unique<Conv2d>(Kernel{scale_channels_forward(own.weight, shortening(own.weight)), own.bias}, args());
    folded->eval();
    return folded;
  }
};

void limited_conv(Chain& net, int64_t width, int64_t stride) {
  const Shape shape{3, 3, net.channels(), width};
  // He's initialisation for a leaky ReLU: equation 15 of "Delving Deep into Rectifiers".
  Tensor weight = he_normal(shape, shape.rows(), net.initializer());
  for (int64_t i = 0; i < weight.size(); ++i) weight[i] /= static_cast<Real>(std::sqrt(1 + kLeakySlope * kLeakySlope));
  const Kernel kernel{weight, Tensor::zeros({width})};
  net.append(std::make_unique<MaxNormConv2d>(kernel, conv2d_args(stride, 1, 1)), width);
  net.act(Curve::leaky_relu);
}

}  // namespace

std::unique_ptr<Sequential> max_norm(int64_t depth, int64_t classes, Initializer& initializer) {
  check(depth >= 8 && depth % 6 == 2 && depth <= 1202, "maxnorm: got depth ", depth,
        ", expected 6 n + 2 layers, as 20, 56 or 98, at most 1202");
  Chain net(3, initializer);
  limited_conv(net, 16, 1);
  for (const int64_t width : {16, 32, 64}) {
    for (int64_t i = 0; i < (depth - 2) / 3; ++i) limited_conv(net, width, i == 0 && width != 16 ? 2 : 1);
  }
  return net.classify(classes).done();
}

}  // namespace onefold
