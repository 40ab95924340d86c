#pragma once

#include <string>
#include <vector>

namespace onefold {

/// Speeds as horizontal bars, with a vertical line at the speed that they are compared with.
struct SpeedChart {
  struct Bar {
    std::string name;
    double value;
  };
  std::string title;
  std::vector<Bar> bars = {};
  double mark = 0;
  std::string mark_label = {};
};

/// The chart as an SVG file, dark on white, for pages of documentation.
std::string speed_chart_file(const SpeedChart& chart);

}  // namespace onefold
