#pragma once

#include <string>
#include <vector>

#include "examples/pictures/svg.h"

namespace onefold {

/// One of several pictures in a file of its own.
struct Panel {
  std::string title;
  Svg picture;  // as svg() makes it: it fills the panel's width below the title, or as much as its height allows
  double left = 0, top = 0, width = 0, height = 0;  // the title included, which is kPanelTitle high
  std::vector<std::string> keys = {};               // what each colour of a chart's lines means; one or none: no legend
};

inline constexpr double kPanelTitle = 24;

/// Panels laid out in an SVG file, dark on white, as pages of documentation show pictures. `notes` are lines below the
/// title.
std::string picture_file(const std::string& title, const std::vector<std::string>& notes, double width, double height,
                         const std::vector<Panel>& panels);

/// An SVG file of what is drawn.
std::string svg_file(const Svg& drawn, double width, double height);

/// How far down the first panel of such a file begins.
double first_panel_top(const std::vector<std::string>& notes);

}  // namespace onefold
