#pragma once

#include <string>
#include <vector>

namespace onefold {

/// Speeds as horizontal bars, with an upright line at the speed that they are measured against.
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

/// The chart as an SVG file of its own, dark on white, as pages of documentation show pictures.
std::string speed_chart_file(const SpeedChart& chart);

}  // namespace onefold
