#pragma once

#include <string>
#include <vector>

#include "examples/pictures/svg.h"

namespace onefold {

/// One of several pictures in a file.
struct Panel {
  std::string title;
  Svg picture;  // from svg(): fills the panel's width below the title, or as much as the height allows
  double left = 0, top = 0, width = 0, height = 0;  // including the title, which is kPanelTitle high
  std::vector<std::string> keys = {};               // the meaning of a chart's line colours; no legend if fewer than 2
};

inline constexpr double kPanelTitle = 24;

/// An SVG file of panels, dark on white, for pages of documentation. `notes` are lines below the title.
std::string picture_file(const std::string& title, const std::vector<std::string>& notes, double width, double height,
                         const std::vector<Panel>& panels);

/// The drawing as an SVG file.
std::string svg_file(const Svg& drawn, double width, double height);

/// The vertical position of the first panel in such a file.
double first_panel_top(const std::vector<std::string>& notes);

}  // namespace onefold
