// VGG for CIFAR-10. Simonyan, Zisserman: "Very Deep Convolutional Networks for Large-Scale Image Recognition",
// ICLR 2015, section 2.1 and table 1. With batch norm, which is younger, and one linear layer instead of three.
//
// Its one idea: nothing but 3x3 convolutions. Two of them see what a 5x5 sees, three what a 7x7 sees, with fewer
// weights and a non-linearity more; so depth is what to spend on.
//
// [drawing]
//     -- 3x3 -- BN -- ReLU -- 3x3 -- BN -- ReLU -- max pool 2x2, twice the channels -- ...
// [/drawing]

#include <algorithm>
#include <vector>

#include "core/check.h"
#include "layers/models/survey/chain.h"
#include "layers/models/survey/survey.h"

namespace onefold {

namespace {

constexpr int64_t kPool = 0;  // a max pool in a list of widths

struct VggPlan {
  std::string name;
  std::vector<int64_t> widths;
  bool bias;  // of convolutions: superfluous before a batch norm, but counted in the usual 14.728 M of VGG-16
};

const std::vector<VggPlan>& vgg_plans() {
  static const std::vector<VggPlan> all = {
      {"vgg_small", {32, 32, kPool, 64, 64, kPool, 128, 128, kPool, 256, kPool}, false},
      {"vgg11", {64, kPool, 128, kPool, 256, 256, kPool, 512, 512, kPool, 512, 512, kPool}, true},
      {"vgg16",
       {64, 64, kPool, 128, 128, kPool, 256, 256, 256, kPool, 512, 512, 512, kPool, 512, 512, 512, kPool},
       true},
  };
  return all;
}

}  // namespace

std::unique_ptr<Sequential> vgg(const std::string& name, int64_t classes, Initializer& initializer) {
  const auto plan =
      std::find_if(vgg_plans().begin(), vgg_plans().end(), [&](const VggPlan& each) { return each.name == name; });
  check(plan != vgg_plans().end(), "vgg: unknown plan \"", name, "\"; expected vgg_small, vgg11 or vgg16");
  Chain net(3, initializer);
  // [network]
  for (const int64_t width : plan->widths) {
    if (width == kPool) {
      net.max_pool(2, 2);
    } else {
      net.conv(3, width, {.bias = plan->bias}).norm().relu();
    }
  }
  // [/network]
  return net.classify(classes).done();
}

}  // namespace onefold
