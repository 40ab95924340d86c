// ShuffleNet V2. Ma, Zhang, Zheng, Sun: "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design",
// ECCV 2018, section 3.
//
// Its one idea: count time, not multiply-adds. Convolutions whose input and output are equally wide touch the least
// memory, groups touch more, branches and element-wise passes cost time without computing much. So a block works on one
// half of the channels, ungrouped and equally wide throughout, and passes the other half on as it is.
//
// [drawing]
//     x -- split --+-- half -- 1x1 -- BN -- ReLU -- 3x3 depthwise -- BN -- 1x1 -- BN -- ReLU -- concat -- shuffle --
//                  |                                                                              |
//                  +-- half ----------------------------------------------------------------------+
// [/drawing]
//
// A strided block gives both paths all of x; its lower path is 3x3 depthwise -- BN -- 1x1 -- BN -- ReLU.

#include "core/check.h"
#include "layers/models/survey/chain.h"
#include "layers/models/survey/survey.h"

namespace onefold {

namespace {

struct ShuffleSize {
  double multiplier;
  int64_t width;  // of the first stage; each further one is twice as wide
  int64_t last;   // of the 1x1 convolution in front of the head
};
constexpr ShuffleSize kSizes[] = {{0.5, 48, 1024}, {1, 116, 1024}, {1.5, 176, 1024}, {2, 244, 2048}};  // table 5

const ShuffleSize& size_of(double multiplier) {
  for (const ShuffleSize& size : kSizes) {
    if (size.multiplier == multiplier) return size;
  }
  fail("shufflenetv2: got size ", multiplier, ", expected 0.5, 1, 1.5 or 2");
}

// [block]
void pointwise_depthwise_pointwise(Chain& path, int64_t width, int64_t stride) {
  path.conv(1, width).norm().relu();
  path.depthwise(3, stride).norm();
  path.conv(1, width).norm().relu();
}

void split_block(Chain& net) {
  const int64_t half = net.channels() / 2;
  Chain kept = net.branch(), body = net.branch();
  kept.slice(0, half);
  body.slice(half, half);
  pointwise_depthwise_pointwise(body, half, 1);
  net.concat({&kept, &body}).shuffle(2);
}
// [/block]

void strided_block(Chain& net, int64_t width) {
  Chain shortcut = net.branch(), body = net.branch();
  shortcut.depthwise(3, 2).norm().conv(1, width / 2).norm().relu();
  pointwise_depthwise_pointwise(body, width / 2, 2);
  net.concat({&shortcut, &body}).shuffle(2);
}

}  // namespace

std::unique_ptr<Sequential> shufflenet_v2(double multiplier, int64_t classes, Initializer& initializer) {
  const ShuffleSize& size = size_of(multiplier);
  Chain net(3, initializer);
  net.conv(3, 24).norm().relu();
  int64_t width = size.width;
  for (const int64_t blocks : {4, 8, 4}) {
    strided_block(net, width);
    for (int64_t i = 1; i < blocks; ++i) split_block(net);
    width *= 2;
  }
  net.conv(1, size.last).norm().relu();
  return net.classify(classes).done();
}

}  // namespace onefold
