// ShuffleNet. Zhang, Zhou, Lin, Sun: "ShuffleNet: An Extremely Efficient Convolutional Neural Network for Mobile
// Devices", CVPR 2018, section 3.
//
// Its one idea: where nearly all the work is in 1x1 convolutions, compute them in groups, and shuffle the channels in
// between, so that every group still hears from every other.
//
// [drawing]
//     x --+-- grouped 1x1 -- BN -- ReLU -- shuffle -- 3x3 depthwise -- BN -- grouped 1x1 -- BN --(+)-- ReLU --
//         |                                                                                       |
//         +---------------------------------------------------------------------------------------+
// [/drawing]
//
// A strided block averages x over 3x3 windows on the lower path and concatenates instead of adding, so that its
// convolutions only make the channels that are new.

#include <algorithm>
#include <array>

#include "core/check.h"
#include "layers/models/survey/chain.h"
#include "layers/models/survey/survey.h"

namespace onefold {

namespace {

constexpr int64_t kShuffleStem = 24;

/// Channels of the first stage for 1, 2 and 3 groups, such that all three cost about the same. Table 1.
constexpr std::array<int64_t, 3> kWidths = {144, 200, 240};

// [block]
void shuffle_block(Chain& net, int64_t width, int64_t stride, int64_t groups) {
  Chain body = net.branch(), shortcut = net.branch();
  const int64_t made = stride == 1 ? width : width - net.channels();
  // The stem's few channels are not worth grouping.
  body.conv(1, made / 4, {.groups = net.channels() == kShuffleStem ? 1 : groups}).norm().relu().shuffle(groups);
  body.depthwise(3, stride).norm();
  body.conv(1, made, {.groups = groups}).norm();
  if (stride == 1) {
    net.sum(body, shortcut).relu();
  } else {
    shortcut.avg_pool(3, stride, true);
    net.concat({&body, &shortcut}).relu();
  }
}
// [/block]

}  // namespace

std::unique_ptr<Sequential> shufflenet(int64_t groups, int64_t classes, Initializer& initializer) {
  check(groups >= 1 && groups <= std::ssize(kWidths), "shufflenet: got ", groups, " groups, expected 1, 2 or 3");
  Chain net(3, initializer);
  net.conv(1, kShuffleStem).norm().relu();
  int64_t width = kWidths[static_cast<size_t>(groups - 1)];
  for (const int64_t blocks : {4, 8, 4}) {
    for (int64_t i = 0; i < blocks; ++i) shuffle_block(net, width, i == 0 ? 2 : 1, groups);
    width *= 2;
  }
  return net.classify(classes).done();
}

}  // namespace onefold
