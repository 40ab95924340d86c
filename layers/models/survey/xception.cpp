// Xception. Chollet: "Xception: Deep Learning with Depthwise Separable Convolutions", CVPR 2017, section 3 and
// figure 5.
//
// Its one idea: an Inception module taken to its extreme, one branch per channel, is a depthwise convolution and a 1x1;
// and between the two there should be no non-linearity.
//
// [drawing]
//     x --+-- ReLU -- 3x3 depthwise -- 1x1 -- BN -- ReLU -- 3x3 depthwise -- 1x1 -- BN -- max pool --(+)--
//         |                                                                                           |
//         +-- 1x1 -- BN ------------------------------------------------------------------------------+
// [/drawing]
//
// Blocks of the middle have three such convolutions, no pool, and x itself as the shortcut.

#include "layers/models/survey/chain.h"
#include "layers/models/survey/survey.h"

namespace onefold {

namespace {

// [block]
Chain& separable(Chain& path, int64_t width) { return path.depthwise(3).conv(1, width).norm(); }

/// The last of two convolutions has all channels; the first has them in the entry, but not yet in the exit.
void widening_block(Chain& net, int64_t first, int64_t width, int64_t stride) {
  Chain body = net.branch(), shortcut = net.branch();
  separable(body.relu(), first);
  separable(body.relu(), width);
  if (stride != 1) body.max_pool(3, stride, true);
  shortcut.conv(1, width, {.stride = stride}).norm();
  net.sum(body, shortcut);
}
// [/block]

void middle_block(Chain& net) {
  Chain body = net.branch(), shortcut = net.branch();
  for (int i = 0; i < 3; ++i) separable(body.relu(), net.channels());
  net.sum(body, shortcut);
}

}  // namespace

/// The paper's layout in a size for small images, about a sixth of its widths: 728 channels in the middle are 128 here.
std::unique_ptr<Sequential> xception(int64_t classes, Initializer& initializer) {
  Chain net(3, initializer);
  net.conv(3, 32).norm();

  // Entry, middle and exit flow, at 32 x 32, 16 x 16 and 8 x 8 pixels.
  widening_block(net, 64, 64, 1);
  widening_block(net, 128, 128, 2);
  for (int i = 0; i < 5; ++i) middle_block(net);
  widening_block(net, 128, 256, 2);
  separable(net, 384).relu();
  return net.classify(classes).done();
}

}  // namespace onefold
