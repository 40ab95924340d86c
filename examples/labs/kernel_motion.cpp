#include "examples/labs/kernel_motion.h"

#include <cmath>

#include "core/ops/elementwise.h"
#include "examples/cli/format.h"
#include "examples/folding/block_demonstration.h"
#include "examples/pictures/kernel_picture.h"
#include "examples/pictures/line_chart.h"
#include "examples/pictures/picture_file.h"
#include "layers/calculus/equivalent_kernel.h"

namespace onefold {

namespace {

double distance(const Tensor& a, const Tensor& b) { return length(subtract(a, b)); }

/// A line of a chart: one value per moment.
template <class Number>
Series series(const std::string& name, const std::vector<Moment>& moments, const Number& number) {
  Series line{name, {}, {}};
  for (size_t i = 0; i < moments.size(); ++i) {
    line.x.push_back(static_cast<double>(moments[i].step));
    line.y.push_back(number(i));
  }
  return line;
}

}  // namespace

// [moment]
Moment moment(int64_t step, Module& block) {
  const Tensor kernel = equivalent_convolution(block).kernel.rounded().weight;
  const EvaluationMode evaluation(block);
  return {step, kernel, branch_shares(explain_fold(block))};
}
// [/moment]

double length(const Tensor& tensor) {
  double squares = 0;
  for (int64_t i = 0; i < tensor.size(); ++i) squares += double{tensor[i]} * double{tensor[i]};
  return std::sqrt(squares);
}

double distance_from_start(const std::vector<Moment>& moments, size_t i) {
  return distance(moments[i].kernel, moments[0].kernel) / length(moments[0].kernel);
}

double change_by_step(const std::vector<Moment>& moments, size_t i) {
  return i == 0 ? 0 : distance(moments[i].kernel, moments[i - 1].kernel) / length(moments[i].kernel);
}

std::string motion_picture(const std::vector<Moment>& moments, const std::vector<int64_t>& shown) {
  const std::vector<std::string> notes = {
      "Above, the first 8 x 8 filters of the block's equivalent kernel: blue below zero, orange above, on one scale.",
      "Below, the same kernel at every step."};
  constexpr double margin = 24, map = 140, gap = 14, chart_width = 290, chart_height = 200;
  const double top = first_panel_top(notes), charts = top + kPanelTitle + map + 26;
  const auto count = static_cast<double>(shown.size());
  std::vector<Tensor> filters;
  for (const int64_t step : shown) {
    filters.push_back(picture_of({"", {moments[static_cast<size_t>(step)].kernel, {}}}).filters);
  }
  std::vector<Panel> panels;
  const double limit = colour_limit(filters);
  for (size_t i = 0; i < filters.size(); ++i) {
    const std::string title = "step " + std::to_string(shown[i]);
    panels.push_back({title, filter_drawing(filters[i], limit, title), margin + static_cast<double>(i) * (map + gap),
                      top, map, kPanelTitle + map});
  }
  const auto add_chart = [&](const LineChart& chart) {
    Panel panel{chart.title, line_chart(chart), 0, charts, chart_width, kPanelTitle + chart_height};
    panel.left = margin + static_cast<double>(panels.size() - filters.size()) * (chart_width + 2 * gap);
    for (const Series& line : chart.series) panel.keys.push_back(line.name);
    panels.push_back(panel);
  };
  LineChart shares{.title = "Shares", .x_label = "step", .from_zero = true};
  for (size_t b = 0; b < moments[0].shares.size(); ++b) {
    shares.series.push_back(
        series(moments[0].shares[b].branch, moments, [&](size_t i) { return moments[i].shares[b].share; }));
  }
  const auto two_digits = [](double value) { return plain(value, 2); };
  shares.y_text = two_digits;
  add_chart(shares);
  add_chart({.title = "Distance from the start",
             .x_label = "step",
             .series = {series("distance", moments, [&](size_t i) { return distance_from_start(moments, i); })},
             .y_text = two_digits,
             .from_zero = true});
  add_chart({.title = "Change by one step",
             .x_label = "step",
             .series = {series("change", moments, [&](size_t i) { return change_by_step(moments, i); })},
             .y_text = two_digits,
             .from_zero = true});
  return picture_file("One block's equivalent kernel while the network learns Shapes10", notes,
                      2 * margin + count * map + (count - 1) * gap, charts + kPanelTitle + chart_height, panels);
}

}  // namespace onefold
