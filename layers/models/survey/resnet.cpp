// ResNet for CIFAR-10. He, Zhang, Ren, Sun: "Deep Residual Learning for Image Recognition", CVPR 2016, section 4.2.
//
// Its one idea: a block learns what to add to its input, so that a block that has nothing to add does no harm.
//
// [drawing]
//     x --+-- 3x3 -- BN -- ReLU -- 3x3 -- BN --(+)-- ReLU --
//         |                                     |
//         +--- x, or every second pixel of it --+
//              and zeros for new channels (shortcut A)
// [/drawing]

#include "core/check.h"
#include "layers/models/survey/chain.h"
#include "layers/models/survey/survey.h"

namespace onefold {

namespace {

// [block]
void residual_block(Chain& net, int64_t width, int64_t stride) {
  Chain body = net.branch(), shortcut = net.branch();
  body.conv(3, width, {.stride = stride}).norm().relu().conv(3, width).norm();
  if (stride != 1) shortcut.avg_pool(1, stride).pad_channels(width);
  net.sum(body, shortcut).relu();
}
// [/block]

}  // namespace

std::unique_ptr<Sequential> resnet(int64_t depth, int64_t classes, Initializer& initializer) {
  check(depth >= 8 && depth <= 1202 && depth % 6 == 2, "resnet: got depth ", depth,
        ", expected 6 n + 2 layers, as 20, 32, 44, 56 or 110, at most 1202");
  const int64_t blocks = (depth - 2) / 6;
  Chain net(3, initializer);
  net.conv(3, 16).norm().relu();
  for (const int64_t width : {16, 32, 64}) {
    for (int64_t i = 0; i < blocks; ++i) residual_block(net, width, i == 0 && width != 16 ? 2 : 1);
  }
  return net.classify(classes).done();
}

}  // namespace onefold
