#pragma once

#include <functional>
#include <string>
#include <vector>

#include "examples/support/html.h"

namespace onefold {

/// One line of a chart. Points that are not finite are left out and interrupt the line.
struct Series {
  std::string name;
  std::vector<double> x, y;  // of x whole numbers: epochs
};

/// A chart of lines over one axis: round ticks, a legend where there are several lines, and each line's last value
/// beside its end.
struct LineChart {
  std::string title;
  std::string x_label;
  std::vector<Series> series = {};
  std::function<std::string(double)> y_text = {};     // how values read; as plain() where none is given
  std::function<std::string(double)> tick_text = {};  // and the axis's numbers; as y_text where none is given
  bool from_zero = false;                     // the vertical axis begins at zero
};
Html line_chart(const LineChart& chart);

/// The same without title and legend, for a picture_file().
Html line_chart_drawing(const LineChart& chart);

/// Horizontal bars, each of one part or of several laid end to end.
struct BarChart {
  struct Bar {
    std::string name;
    std::vector<double> parts;
    std::string label;  // beside its end
  };
  std::string title;
  std::vector<std::string> parts = {};  // their names, for the legend; one name or none: no legend
  std::vector<Bar> bars = {};
};
Html bar_chart(const BarChart& chart);

/// About `count` multiples of 1, 2 or 5 times a power of ten, but not of less than `smallest_step`: from the one at or
/// below `low` to the one at or above `high`.
std::vector<double> round_ticks(double low, double high, int count, double smallest_step = 0);

/// A caption of a title and a coloured key for each name.
Html legend(const std::string& title, const std::vector<std::string>& names);

}  // namespace onefold
