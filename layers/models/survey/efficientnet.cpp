// EfficientNet. Tan, Le: "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019,
// sections 3.3 and 4. Its block is that of MobileNetV2 (Sandler et al., CVPR 2018) with squeeze-excite.
//
// Its one idea: make a network deeper, wider and its images larger all at once, by 1.2^phi, 1.1^phi and 1.15^phi,
// rather than one of the three alone. Each phi doubles the multiply-adds, since 1.2 x 1.1^2 x 1.15^2 is about 2.
//
// [drawing]
//     x --+-- 1x1 -- BN -- SiLU -- depthwise -- BN -- SiLU -- squeeze-excite -- 1x1 -- BN -- drop path --(+)--
//         |                                                                                               |
//         +--- x, if the block keeps its shape -----------------------------------------------------------+
// [/drawing]

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/check.h"
#include "layers/models/survey/chain.h"
#include "layers/models/survey/survey.h"

namespace onefold {

namespace {

struct Stage {
  int64_t expand, width, blocks, kernel, stride;
};

struct Size {
  int64_t stem;
  std::vector<Stage> stages;
};

/// Table 1 at 32 x 32 pixels, and without its 1x1 convolution in front of the head.
const Size kB0 = {32,
                  {{1, 16, 1, 3, 1},
                   {6, 24, 2, 3, 2},
                   {6, 40, 2, 5, 2},
                   {6, 80, 3, 3, 2},
                   {6, 112, 3, 5, 1},
                   {6, 192, 4, 5, 2},
                   {6, 320, 1, 3, 1}}};

/// A small one to scale: 9, 19 and 32 million multiply-adds for phi = 0, 1 and 2.
const Size kTiny = {16, {{1, 16, 1, 3, 1}, {4, 24, 2, 3, 2}, {4, 40, 3, 3, 2}, {4, 80, 3, 3, 2}}};

constexpr int64_t kSide = 32;  // of the images

constexpr double kMostDropped = 0.2;  // of the last block's results; the share rises linearly from 0 at the first

// [block]
/// MBConv: from net.channels() to the stage's, on a path of its own or straight on.
Chain& inverted_bottleneck(Chain& path, const Stage& stage, int64_t stride) {
  const int64_t in = path.channels();
  if (stage.expand != 1) path.conv(1, stage.expand * in).norm().act(Curve::silu);
  path.depthwise(stage.kernel, stride).norm().act(Curve::silu);
  path.squeeze_excite(std::max<int64_t>(1, in / 4), Curve::silu);
  return path.conv(1, stage.width).norm();
}
// [/block]

void block(Chain& net, const Stage& stage, int64_t stride, double dropped) {
  if (stride != 1 || net.channels() != stage.width) {
    inverted_bottleneck(net, stage, stride);
    return;
  }
  Chain body = net.branch(), shortcut = net.branch();
  inverted_bottleneck(body, stage, stride).drop_path(static_cast<Real>(dropped));
  net.sum(body, shortcut);
}

std::unique_ptr<Sequential> build(const Size& size, int64_t side, int64_t classes, Initializer& initializer) {
  Chain net(3, initializer);
  if (side != kSide) net.resize(side);
  net.conv(3, size.stem).norm().act(Curve::silu);
  int64_t blocks = 0, built = 0;
  for (const Stage& stage : size.stages) blocks += stage.blocks;
  for (const Stage& stage : size.stages) {
    for (int64_t i = 0; i < stage.blocks; ++i, ++built) {
      const double dropped = kMostDropped * static_cast<double>(built) / static_cast<double>(blocks);
      block(net, stage, i == 0 ? stage.stride : 1, dropped);
    }
  }
  return net.classify(classes).done();
}

/// The paper rounds the number of blocks up; in a network of so few blocks that would double it at once.
Size scaled(Size size, const CompoundScale& scale) {
  constexpr int64_t kStep = 4;  // of channels; the paper's 8 would be as coarse as the first steps of phi
  const auto widen = [&](int64_t channels) { return scaled_channels("efficientnet", scale.width, channels, kStep); };
  size.stem = widen(size.stem);
  for (Stage& stage : size.stages) {
    stage.width = widen(stage.width);
    stage.blocks = std::max<int64_t>(1, std::lround(scale.depth * static_cast<double>(stage.blocks)));
  }
  return size;
}

}  // namespace

CompoundScale compound_scale(double phi) { return {std::pow(1.2, phi), std::pow(1.1, phi), std::pow(1.15, phi)}; }

std::unique_ptr<Sequential> efficientnet_b0(int64_t classes, Initializer& initializer) {
  return build(kB0, kSide, classes, initializer);
}

std::unique_ptr<Sequential> efficientnet_tiny(const CompoundScale& scale, int64_t classes, Initializer& initializer) {
  for (const double factor : {scale.depth, scale.width, scale.resolution}) {
    check(factor > 0 && factor <= 10, "efficientnet: got factors ", scale.depth, " of depth, ", scale.width,
          " of width and ", scale.resolution, " of resolution, expected above 0, and at most 10");
  }
  return build(scaled(kTiny, scale), std::lround(scale.resolution * kSide), classes, initializer);
}

}  // namespace onefold
