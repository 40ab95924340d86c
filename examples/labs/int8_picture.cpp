#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "examples/cli/format.h"
#include "examples/labs/int8_report.h"
#include "examples/pictures/picture_file.h"

namespace onefold {

namespace {

constexpr double kWidth = 720, kBars = 44, kTicks = 8, kMargin = 24, kGap = 12;

/// "stages.1.0" of "stages.1.0.conv3".
std::string block_of(const Int8Layer& layer) { return layer.name.substr(0, layer.name.rfind('.')); }

/// Of all layers, the one whose maximum weight is furthest from the others.
const Int8Layer& most_spread(const Int8Record& record) {
  const Int8Layer* most = nullptr;
  for (const Int8Form& form : record.forms) {
    for (const Int8Layer& layer : form.layers) {
      if (most == nullptr || layer.weights.spread() > most->weights.spread()) most = &layer;
    }
  }
  check(most != nullptr, "int8_picture: got no layer, expected at least 1");
  return *most;
}

/// The weights in units of their std, from -limit to limit, counts as logarithms; below them the grid's values.
Svg histogram_drawing(const Histogram& weights, int highest, double limit, const std::string& label) {
  const auto place = [&](double value) { return kWidth / 2 * (1 + value / weights.deviation / limit); };
  const auto intervals = static_cast<double>(weights.counts.size());
  const double width = (weights.high - weights.low) / intervals;
  const auto largest = static_cast<double>(*std::max_element(weights.counts.begin(), weights.counts.end()));
  Svg drawn = straight("axis", 0, kBars, kWidth, kBars);
  for (size_t i = 0; i < weights.counts.size(); ++i) {
    if (weights.counts[i] == 0) continue;
    const double height = kBars * std::log1p(static_cast<double>(weights.counts[i])) / std::log1p(largest);
    const double left = place(weights.low + width * static_cast<double>(i));
    drawn += element("rect", {{"class", "bar s0"},
                              {"x", coordinate(left)},
                              {"y", coordinate(kBars - height)},
                              {"width", coordinate(std::max(1.0, place(width) - place(0)))},
                              {"height", coordinate(height)}});
  }
  for (int q = -highest; q <= highest; ++q) {
    const double x = place(weights.largest() * q / highest);
    drawn += straight("line s1", x, kBars + 1, x, kBars + kTicks);
  }
  return svg(kWidth, kBars + kTicks + 1, label, drawn);
}

}  // namespace

std::string int8_picture(const Int8Record& record) {
  const Int8Layer& most = most_spread(record);
  const int highest = (1 << (record.weight_bits - 1)) - 1;
  const std::string bits = std::to_string(record.weight_bits);
  const std::vector<std::string> notes = {
      "Blue: how many weights have a value, as a logarithm; the unit is the std of the layer's weights.",
      "Orange: the " + std::to_string(2 * highest + 1) + " values that " + bits +
          " bits can have, one grid per layer."};
  std::vector<Panel> panels;
  double top = first_panel_top(notes);
  for (const Int8Form& form : record.forms) {
    for (const Int8Layer& layer : form.layers) {
      if (block_of(layer) != block_of(most) || layer.weights.spread() == 0) continue;
      const std::string title = form.model + ", " + form.form + ", " + layer.name + ": maximum " +
                                fixed(layer.weights.spread(), 1) + " stds, a step " +
                                fixed(layer.weights.spread() / highest, 2);
      const double height = kPanelTitle + kBars + kTicks + 1;
      panels.push_back({title, histogram_drawing(layer.weights, highest, most.weights.spread(), title), kMargin, top,
                        kWidth, height});
      top += height + kGap;
    }
  }
  return picture_file("The weights of block " + block_of(most), notes, kWidth + 2 * kMargin, top + kGap, panels);
}

}  // namespace onefold
