#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "examples/labs/survey/dice.h"
#include "layers/models/survey/survey.h"

namespace onefold {

// Spaces of networks, as RegNet's authors narrow them down: each is the one before with one more rule. Four stages of 1
// to 4 blocks each, whose widths are multiples of 8 up to 128, in groups of 1, 2, 4 or 8 channels.

/// Networks by a rule, any of which may be drawn.
struct DesignSpace {
  std::string name, rule;
  std::function<AnyNet(Dice& dice)> draw;
};

const std::vector<DesignSpace>& design_spaces();

/// Whether no stage is thinner than the one before.
bool widths_grow(const AnyNet& shape);

/// Those of count() in layers/inspect/count.h, without building a network of ten classes: most draws are of other
/// sizes.
int64_t multiply_adds_of(const AnyNet& shape, const Shape& image);

/// Draws networks until one has `multiply_adds`, but for a share of `tolerance`, for one such image.
AnyNet draw_of_size(const DesignSpace& space, double multiply_adds, double tolerance, const Shape& image, Dice& dice);

/// Blocks x width / group width of each stage: "2x16/8 1x24/8 3x48/8 2x64/8".
std::string text_of(const AnyNet& shape);

}  // namespace onefold
