#include "examples/labs/survey/design_space.h"

#include <algorithm>
#include <cmath>

namespace onefold {

namespace {

constexpr size_t kStages = 4;
constexpr int64_t kMostBlocks = 4, kMostWidth = 128;
constexpr int64_t kStrides[kStages] = {1, 1, 2, 2};  // those of regnet_shape()

int64_t some_group_width(Dice& dice) { return int64_t{1} << dice.below(4); }

/// From 8 to 128 with equally many octaves for thin and wide ones.
int64_t some_width(Dice& dice) { return 8 * std::lround(std::exp2(dice.uniform(0, std::log2(kMostWidth / 8)))); }

// [spaces]
AnyNet any(Dice& dice) {
  AnyNet shape;
  for (const int64_t stride : kStrides) {
    const int64_t blocks = 1 + dice.below(kMostBlocks), width = some_width(dice);
    shape.stages.push_back({blocks, width, stride, some_group_width(dice)});
  }
  return shape;
}

AnyNet with_shared_groups(Dice& dice) {
  AnyNet shape = any(dice);
  for (AnyNetStage& stage : shape.stages) stage.group_width = shape.stages.front().group_width;
  return shape;
}

AnyNet with_growing_widths(Dice& dice) {
  AnyNet shape = with_shared_groups(dice);
  while (!widths_grow(shape)) shape = with_shared_groups(dice);
  return shape;
}

/// A RegNet that the space before has, too.
AnyNet with_widths_on_a_line(Dice& dice) {
  const auto belongs = [](const AnyNet& shape) {
    return shape.stages.size() == kStages && std::all_of(shape.stages.begin(), shape.stages.end(), [](const auto& s) {
             return s.blocks <= kMostBlocks && s.width <= kMostWidth;
           });
  };
  AnyNet shape;
  while (!belongs(shape)) {
    shape = regnet_shape({.w0 = static_cast<double>(8 * (1 + dice.below(8))),
                          .wa = dice.uniform(2, 32),
                          .wm = dice.uniform(1.2, 3),
                          .depth = 4 + dice.below(13),
                          .group_width = some_group_width(dice)});
  }
  return shape;
}
// [/spaces]

}  // namespace

const std::vector<DesignSpace>& design_spaces() {
  static const std::vector<DesignSpace> all = {
      {"any", "AnyNet: each stage for itself", any},
      {"shared", "one group width for all stages", with_shared_groups},
      {"growing", "and no stage thinner than the last", with_growing_widths},
      {"linear", "RegNet: and widths on a line", with_widths_on_a_line},
  };
  return all;
}

bool widths_grow(const AnyNet& shape) {
  return std::is_sorted(shape.stages.begin(), shape.stages.end(),
                        [](const AnyNetStage& a, const AnyNetStage& b) { return a.width < b.width; });
}

int64_t multiply_adds_of(const AnyNet& shape, const Shape& image) {
  constexpr int64_t kStem = 64, kClasses = 10;
  int64_t height = image[1], width = image[2], in = kStem, sum = 9 * height * width * image[3] * kStem;
  for (const AnyNetStage& stage : shape.stages) {
    for (int64_t i = 0; i < stage.blocks; ++i) {
      const int64_t stride = i == 0 ? stage.stride : 1, before = height * width, out = stage.width;
      height = (height + stride - 1) / stride;
      width = (width + stride - 1) / stride;
      const int64_t pixels = height * width, shortcut = stride != 1 || in != out ? in * out : 0;
      sum += before * in * out + pixels * (9 * stage.group_width * out + out * out + shortcut);
      in = out;
    }
  }
  return sum + in * kClasses;
}

AnyNet draw_of_size(const DesignSpace& space, double multiply_adds, double tolerance, const Shape& image, Dice& dice) {
  while (true) {
    const AnyNet shape = space.draw(dice);
    const auto work = static_cast<double>(multiply_adds_of(shape, image));
    if (std::abs(work - multiply_adds) <= tolerance * multiply_adds) return shape;
  }
}

std::string text_of(const AnyNet& shape) {
  std::string text;
  for (const AnyNetStage& stage : shape.stages) {
    text += (text.empty() ? "" : " ") + std::to_string(stage.blocks) + "x" + std::to_string(stage.width) + "/" +
            std::to_string(stage.group_width);
  }
  return text;
}

}  // namespace onefold
