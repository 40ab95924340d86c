#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "examples/support/table.h"

namespace onefold {

/// Markup of HTML or SVG. Text becomes markup only through text(), attributes only through element(): both escape, so
/// that no name of a class or a folder can break a page.
struct Html {
  std::string markup;

  Html& operator+=(const Html& more) {
    markup += more.markup;
    return *this;
  }
};
inline Html operator+(Html a, const Html& b) { return a += b; }

Html text(std::string_view plain);

using Attributes = std::vector<std::pair<std::string, std::string>>;

/// <tag attributes>content</tag>; without content <tag attributes/>, as SVG shapes are written.
Html element(std::string_view tag, const Attributes& attributes, const Html& content);
Html element(std::string_view tag, const Attributes& attributes = {});
Html element(std::string_view tag, const Html& content);
Html element(std::string_view tag, std::string_view content);

/// A coordinate, with at most two decimals.
std::string coordinate(double value);

/// A straight line of a picture, of this class.
Html straight(const std::string& kind, double x1, double y1, double x2, double y2);

/// A picture of width x height units, as wide as its place allows; screen readers are given `label`.
Html svg(double width, double height, const std::string& label, const Html& content);

/// A picture with its caption above.
Html figure(const Html& caption, const Html& content);

/// A table that scrolls by itself where it is wider than the page.
Html table(const Table& table);

/// One figure that matters, large, with what it is.
struct Headline {
  std::string value, meaning;
};
Html headlines(const std::vector<Headline>& all);

/// A section with a heading and the sentence that says what one sees.
Html section(std::string_view heading, std::string_view lead, const Html& content);

/// A complete page: no other file, no script, light or dark as the reader's system is. `lead` stands below the title.
std::string page(std::string_view title, const Html& lead, const Html& content);

}  // namespace onefold
