// DenseNet-BC for CIFAR-10. Huang, Liu, van der Maaten, Weinberger: "Densely Connected Convolutional Networks",
// CVPR 2017, sections 3 and 4.2.
//
// Its one idea: a layer sees the results of all layers before it, and adds a few channels to them. Nothing has to be
// learned twice, and the loss is one layer away from each.
//
// [drawing]
//     x --+-- BN -- ReLU -- 1x1, 4 k -- BN -- ReLU -- 3x3, k channels --(concat)--
//         |                                                               |
//         +---------------------------------------------------------------+
// [/drawing]
//
// B: the 1x1 makes the 3x3 cheap. C: between blocks a transition, BN -- ReLU -- 1x1 -- average pool, keeps half of the
// channels.

#include "core/check.h"
#include "layers/models/survey/chain.h"
#include "layers/models/survey/survey.h"

namespace onefold {

namespace {

constexpr int kBlocks = 3;  // at 32x32, 16x16 and 8x8

// [block]
void dense_layer(Chain& net, int64_t growth) {
  Chain earlier = net.branch(), added = net.branch();
  added.norm().relu().conv(1, 4 * growth).norm().relu().conv(3, growth);
  net.concat({&earlier, &added});
}
// [/block]

void transition(Chain& net) { net.norm().relu().conv(1, net.channels() / 2).avg_pool(2, 2); }

}  // namespace

std::unique_ptr<Sequential> densenet_bc(int64_t depth, int64_t growth, int64_t classes, Initializer& initializer) {
  check(depth >= 10 && depth <= 250 && depth % 6 == 4, "densenet_bc: got depth ", depth,
        ", expected 6 n + 4 layers, as 40 or 100, at most 250");
  check(growth >= 1 && growth <= 48, "densenet_bc: got growth ", growth, ", expected 1 to 48 channels per layer");
  Chain net(3, initializer);
  net.conv(3, 2 * growth);
  for (int block = 0; block < kBlocks; ++block) {
    if (block > 0) transition(net);
    for (int64_t i = 0; i < (depth - 4) / 6; ++i) dense_layer(net, growth);
  }
  return net.norm().relu().classify(classes).done();
}

}  // namespace onefold
