#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace onefold {

/// SVG markup. Text becomes markup only through text(), attributes only through element(): both escape, so that no name
/// of a block or a folder can break a picture.
struct Svg {
  std::string markup;

  Svg& operator+=(const Svg& more) {
    markup += more.markup;
    return *this;
  }
};
inline Svg operator+(Svg a, const Svg& b) { return a += b; }

Svg text(std::string_view plain);

using Attributes = std::vector<std::pair<std::string, std::string>>;

/// <tag attributes>content</tag>; without content <tag attributes/>.
Svg element(std::string_view tag, const Attributes& attributes, const Svg& content);
Svg element(std::string_view tag, const Attributes& attributes);
Svg element(std::string_view tag, std::string_view content);

/// A coordinate, with at most two decimals.
std::string coordinate(double value);

/// A straight line of CSS class `kind`.
Svg straight(const std::string& kind, double x1, double y1, double x2, double y2);

/// A picture of width x height units, scaled to the available width; screen readers read `label`.
Svg svg(double width, double height, const std::string& label, const Svg& content);

}  // namespace onefold
