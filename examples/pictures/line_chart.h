#pragma once

#include <functional>
#include <string>
#include <vector>

#include "examples/pictures/svg.h"

namespace onefold {

/// One line of a chart. Points that are not finite are left out and interrupt the line. A point that has a deviation
/// gets an error bar of that length both ways.
struct Series {
  std::string name;
  std::vector<double> x, y;  // x are whole numbers: epochs
  std::vector<double> deviation = {};
};

/// A chart of lines over a common axis: round ticks, and each line's last value next to its end.
struct LineChart {
  std::string title;
  std::string x_label;
  std::vector<Series> series = {};
  std::function<std::string(double)> y_text = {};  // how values are written; plain() if none is given
  bool from_zero = false;                          // the vertical axis begins at zero
};

/// Draws the chart without title and legend, which picture_file() adds.
Svg line_chart(const LineChart& chart);

/// About `count` multiples of a step: 1, 2 or 5 times a power of ten, but at least `smallest_step`. From the one at or
/// below `low` to the one at or above `high`.
std::vector<double> round_ticks(double low, double high, int count, double smallest_step = 0);

}  // namespace onefold
