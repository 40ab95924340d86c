// GoogLeNet for CIFAR-10. Szegedy, Liu, Jia, Sermanet, Reed, Anguelov, Erhan, Vanhoucke, Rabinovich: "Going Deeper with
// Convolutions", CVPR 2015, section 4 and table 1. With batch norm, and two 3x3 for the 5x5, as its authors came to
// prefer: "Rethinking the Inception Architecture for Computer Vision", CVPR 2016, section 3.1.
//
// Its one idea: look at each place with several window sizes at once, each after a 1x1 that makes it affordable.
//
// [drawing]
//         +-- 1x1 -----------------------+
//         +-- 1x1 -- 3x3 ----------------+
//     x --+-- 1x1 -- 3x3 -- 3x3 ---------+--(concat)--      BN and ReLU after every convolution
//         +-- max pool 3x3 -- 1x1 -------+
// [/drawing]

#include <vector>

#include "layers/models/survey/chain.h"
#include "layers/models/survey/survey.h"

namespace onefold {

namespace {

/// The channels of a module's convolutions, branch by branch. The second 3x3 of a branch has those of the first.
struct InceptionWidths {
  int64_t one, before_three, three, before_five, five, behind_pool;
  bool halves = false;  // a max pool of stride 2 precedes it
};

// [block]
void inception_module(Chain& net, const InceptionWidths& widths, const ConvStyle& style) {
  const auto& [w1, before3, w3, before5, w5, behind_pool, halves] = widths;
  if (halves) net.max_pool(3, 2, true);
  Chain one = net.branch(), three = net.branch(), five = net.branch(), pool = net.branch();
  one.conv(1, w1, style).norm().relu();
  three.conv(1, before3, style).norm().relu().conv(3, w3, style).norm().relu();
  five.conv(1, before5, style).norm().relu().conv(3, w5, style).norm().relu().conv(3, w5, style).norm().relu();
  pool.max_pool(3, 1, true).conv(1, behind_pool, style).norm().relu();
  net.concat({&one, &three, &five, &pool});
}
// [/block]

std::unique_ptr<Sequential> inception_network(int64_t stem, const std::vector<InceptionWidths>& modules,
                                              const ConvStyle& style, int64_t classes, Initializer& initializer) {
  Chain net(3, initializer);
  net.conv(3, stem, style).norm().relu();
  for (const InceptionWidths& widths : modules) inception_module(net, widths, style);
  return net.classify(classes).done();
}

}  // namespace

std::unique_ptr<Sequential> googlenet(int64_t classes, Initializer& initializer) {
  static const std::vector<InceptionWidths> modules = {
      {64, 96, 128, 16, 32, 32},            // 3a, at 32x32
      {128, 128, 192, 32, 96, 64},          // 3b
      {192, 96, 208, 16, 48, 64, true},     // 4a, at 16x16
      {160, 112, 224, 24, 64, 64},          // 4b
      {128, 128, 256, 24, 64, 64},          // 4c
      {112, 144, 288, 32, 64, 64},          // 4d
      {256, 160, 320, 32, 128, 128},        // 4e
      {256, 160, 320, 32, 128, 128, true},  // 5a, at 8x8
      {384, 192, 384, 48, 128, 128},        // 5b
  };
  // The convolutions' biases are superfluous before a batch norm, but counted in the usual 6.166 M.
  return inception_network(192, modules, {.bias = true}, classes, initializer);
}

std::unique_ptr<Sequential> googlenet_small(int64_t classes, Initializer& initializer) {
  static const std::vector<InceptionWidths> modules = {
      {16, 24, 32, 8, 16, 16},           // at 32x32
      {32, 32, 48, 8, 24, 24},           // also
      {64, 40, 72, 8, 24, 32, true},     // at 16x16
      {80, 48, 112, 16, 40, 56},         // also
      {128, 64, 144, 16, 56, 56, true},  // at 8x8
  };
  return inception_network(32, modules, {}, classes, initializer);
}

}  // namespace onefold
