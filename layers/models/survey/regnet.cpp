// RegNet and AnyNet. Radosavovic, Kosaraju, Girshick, He, Dollar: "Designing Network Design Spaces", CVPR 2020,
// sections 3.2 to 3.4.
//
// Its one idea: do not search for a network, but for a rule that good networks follow. AnyNet lets every stage choose
// its depth and width; the good ones grow about linearly from block to block, and that line is all a RegNet says.
//
// [drawing]
//     x --+-- 1x1 -- BN -- ReLU -- grouped 3x3 -- BN -- ReLU -- (squeeze-excite, in Y) -- 1x1 -- BN --(+)-- ReLU --
//         |                                                                                            |
//         +--- x, or 1x1 -- BN where the shape changes ------------------------------------------------+
// [/drawing]

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "layers/models/survey/chain.h"
#include "layers/models/survey/survey.h"

namespace onefold {

namespace {

constexpr int64_t kStem = 64;

// [block]
void any_block(Chain& net, const AnyNetStage& stage, int64_t stride, double squeeze) {
  Chain body = net.branch(), shortcut = net.branch();
  body.conv(1, stage.width).norm().relu();
  body.conv(3, stage.width, {.stride = stride, .groups = stage.width / stage.group_width}).norm().relu();
  if (squeeze > 0) body.squeeze_excite(std::lround(squeeze * static_cast<double>(net.channels())));
  body.conv(1, stage.width).norm();
  if (stride != 1 || net.channels() != stage.width) shortcut.conv(1, stage.width, {.stride = stride}).norm();
  net.sum(body, shortcut).relu();
}
// [/block]

int64_t multiple_of_8(double width) { return 8 * std::lround(width / 8); }

}  // namespace

std::unique_ptr<Sequential> anynet(const AnyNet& shape, int64_t classes, Initializer& initializer) {
  Chain net(3, initializer);
  net.conv(3, kStem).norm().relu();
  for (const AnyNetStage& stage : shape.stages) {
    check(stage.blocks >= 1 && stage.group_width >= 1 && stage.width >= 1 && stage.width % stage.group_width == 0,
          "anynet: got a stage of ", stage.blocks, " blocks of width ", stage.width, " in groups of ",
          stage.group_width, ", expected at least 1 block, and groups that divide the width");
    for (int64_t i = 0; i < stage.blocks; ++i) any_block(net, stage, i == 0 ? stage.stride : 1, shape.squeeze);
  }
  return net.classify(classes).done();
}

AnyNet regnet_shape(const RegNet& rule) {
  check(rule.depth >= 1 && rule.w0 >= 8 && rule.wa >= 0 && rule.wm > 1, "regnet: got depth ", rule.depth, ", w0 ",
        rule.w0, ", wa ", rule.wa, " and wm ", rule.wm, ", expected depth >= 1, w0 >= 8, wa >= 0 and wm > 1");
  AnyNet shape{.stages = {}, .squeeze = rule.squeeze};
  for (int64_t block = 0; block < rule.depth; ++block) {
    // The width on the line, then the nearest w0 wm^power with a whole power: equal powers are a stage.
    const double line = rule.w0 + rule.wa * static_cast<double>(block);
    const double power = std::round(std::log(line / rule.w0) / std::log(rule.wm));
    const int64_t width = multiple_of_8(rule.w0 * std::pow(rule.wm, power));
    if (shape.stages.empty() || shape.stages.back().width != width) {
      const int64_t stride = shape.stages.size() < 2 ? 1 : 2;
      shape.stages.push_back({.blocks = 0, .width = width, .stride = stride, .group_width = rule.group_width});
    }
    shape.stages.back().blocks += 1;
  }
  return shape;
}

std::unique_ptr<Sequential> regnet(const RegNet& rule, int64_t classes, Initializer& initializer) {
  return anynet(regnet_shape(rule), classes, initializer);
}

}  // namespace onefold
