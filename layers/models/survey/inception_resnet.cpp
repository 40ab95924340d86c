// Inception-ResNet for CIFAR-10, cut down to one block of each kind. Szegedy, Ioffe, Vanhoucke, Alemi: "Inception-v4,
// Inception-ResNet and the Impact of Residual Connections on Learning", AAAI 2017, section 3.2 and figures 10 to 15.
//
// Its one idea: an Inception module as the body of a residual block. A linear 1x1 gives it the shortcut's channels, and
// a small factor keeps the sum of many such bodies from exploding early in training (section 3.3).
//
// [drawing]
//           +-- 1x1 ----------------+
//     x --+-+-- 1x1 -- 3x3 ---------+-(concat)-- linear 1x1 -- times 0.1 --(+)-- ReLU --      block A, at 32x32
//         | +-- 1x1 -- 3x3 -- 3x3 --+                                       |
//         +-----------------------------------------------------------------+
// [/drawing]
//
//     B, at 16x16: 1x1 and 1x1 -- 1x7 -- 7x1. C, at 8x8: 1x1 and 1x1 -- 1x3 -- 3x1. BN and ReLU after every other
//     convolution. Before B and C a reduction: max pool and two branches of stride 2, concatenated.

#include <vector>

#include "layers/models/survey/chain.h"
#include "layers/models/survey/survey.h"

namespace onefold {

namespace {

constexpr Real kResidualScale = Real(0.1);

// [block]
void scaled_residual(Chain& net, const std::vector<Chain*>& branches) {
  Chain shortcut = net.branch(), body = net.branch();
  body.concat(branches).conv(1, net.channels(), {.bias = true}).scale(kResidualScale);
  net.sum(shortcut, body).relu();
}

void block_a(Chain& net, int64_t width) {
  Chain one = net.branch(), three = net.branch(), five = net.branch();
  one.conv(1, width).norm().relu();
  three.conv(1, width).norm().relu().conv(3, width).norm().relu();
  five.conv(1, width).norm().relu().conv(3, width).norm().relu().conv(3, width).norm().relu();
  scaled_residual(net, {&one, &three, &five});
}
// [/block]

/// Blocks B and C differ in the extent of their row and their column.
void block_row_column(Chain& net, int64_t width, int64_t extent) {
  Chain one = net.branch(), cross = net.branch();
  one.conv(1, width).norm().relu();
  cross.conv(1, width).norm().relu().conv(1, extent, width).norm().relu().conv(extent, 1, width).norm().relu();
  scaled_residual(net, {&one, &cross});
}

void reduction(Chain& net, int64_t width) {
  const int64_t half = width / 2;
  Chain pool = net.branch(), three = net.branch(), five = net.branch();
  pool.max_pool(3, 2, true);
  three.conv(1, half).norm().relu().conv(3, width, {.stride = 2}).norm().relu();
  five.conv(1, half).norm().relu().conv(3, half).norm().relu().conv(3, width, {.stride = 2}).norm().relu();
  net.concat({&pool, &three, &five});
}

}  // namespace

std::unique_ptr<Sequential> inception_resnet(int64_t classes, Initializer& initializer) {
  Chain net(3, initializer);
  net.conv(3, 32).norm().relu().conv(3, 64).norm().relu();
  block_a(net, 16);
  reduction(net, 64);            // 192 channels at 16x16
  block_row_column(net, 32, 7);  // B
  reduction(net, 96);            // 384 channels at 8x8
  block_row_column(net, 48, 3);  // C
  return net.classify(classes).done();
}

}  // namespace onefold
