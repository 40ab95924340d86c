#include "examples/pictures/svg.h"

#include <cmath>
#include <cstdio>

namespace onefold {

Svg text(std::string_view plain) {
  Svg result;
  for (char character : plain) {
    switch (character) {
      case '&': result.markup += "&amp;"; break;
      case '<': result.markup += "&lt;"; break;
      case '>': result.markup += "&gt;"; break;
      case '"': result.markup += "&quot;"; break;
      case '\'': result.markup += "&#39;"; break;
      default: result.markup += character;
    }
  }
  return result;
}

namespace {

std::string open_tag(std::string_view tag, const Attributes& attributes) {
  std::string markup = "<" + std::string(tag);
  for (const auto& [name, value] : attributes) markup += " " + name + "=\"" + text(value).markup + "\"";
  return markup;
}

}  // namespace

Svg element(std::string_view tag, const Attributes& attributes, const Svg& content) {
  return {open_tag(tag, attributes) + ">" + content.markup + "</" + std::string(tag) + ">"};
}

Svg element(std::string_view tag, const Attributes& attributes) { return {open_tag(tag, attributes) + "/>"}; }

Svg element(std::string_view tag, std::string_view content) { return element(tag, {}, text(content)); }

std::string coordinate(double value) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.2f", std::isfinite(value) ? value : 0.0);
  std::string result = digits;
  result.erase(result.find_last_not_of('0') + 1);
  if (result.back() == '.') result.pop_back();
  return result == "-0" ? "0" : result;
}

Svg straight(const std::string& kind, double x1, double y1, double x2, double y2) {
  return element("line", {{"class", kind},
                          {"x1", coordinate(x1)},
                          {"y1", coordinate(y1)},
                          {"x2", coordinate(x2)},
                          {"y2", coordinate(y2)}});
}

Svg svg(double width, double height, const std::string& label, const Svg& content) {
  return element(
      "svg",
      {{"viewBox", "0 0 " + coordinate(width) + " " + coordinate(height)}, {"role", "img"}, {"aria-label", label}},
      element("title", label) + content);
}

}  // namespace onefold
