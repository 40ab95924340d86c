#include "examples/pictures/speed_chart.h"

#include <algorithm>

#include "examples/cli/format.h"
#include "examples/pictures/svg.h"

namespace onefold {

namespace {

constexpr double kWidth = 860, kLeft = 230, kRight = 770, kTop = 84, kRow = 40, kBar = 24;

Svg words(double x, double y, const std::string& anchor, const std::string& colour, const std::string& content,
          const std::string& weight = "400") {
  return element(
      "text",
      {{"x", coordinate(x)}, {"y", coordinate(y)}, {"text-anchor", anchor}, {"fill", colour}, {"font-weight", weight}},
      text(content));
}

}  // namespace

std::string speed_chart_file(const SpeedChart& chart) {
  double largest = chart.mark;
  for (const SpeedChart::Bar& bar : chart.bars) largest = std::max(largest, bar.value);
  const double unit = largest > 0 ? (kRight - kLeft) / largest : 0;
  const double bottom = kTop + kRow * static_cast<double>(chart.bars.size());
  const double height = bottom + 24, mark = kLeft + chart.mark * unit;

  Svg drawn = element("title", chart.title);
  drawn += element("rect",
                   {{"width", coordinate(kWidth)}, {"height", coordinate(height)}, {"rx", "10"}, {"fill", "#ffffff"}});
  drawn += words(24, 34, "start", "#222222", chart.title, "600");
  double y = kTop;
  for (const SpeedChart::Bar& bar : chart.bars) {
    drawn += words(kLeft - 12, y + 17, "end", "#222222", bar.name);
    drawn += element("rect", {{"x", coordinate(kLeft)},
                              {"y", coordinate(y)},
                              {"height", coordinate(kBar)},
                              {"rx", "2"},
                              {"width", coordinate(std::max(1.0, bar.value * unit))},
                              {"fill", bar.value > chart.mark ? "#c45a00" : "#0b62b8"}});
    // A white outline keeps a number readable if the mark runs through it.
    drawn += element("g", {{"stroke", "#ffffff"}, {"stroke-width", "5"}, {"paint-order", "stroke"}},
                     words(kLeft + bar.value * unit + 10, y + 17, "start", "#222222",
                           fixed(bar.value, bar.value < 10 ? 1 : 0), "600"));
    y += kRow;
  }
  const Svg line = element("line", {{"x1", coordinate(mark)},
                                    {"x2", coordinate(mark)},
                                    {"y1", coordinate(kTop - 10)},
                                    {"y2", coordinate(bottom)},
                                    {"stroke", "#5b6472"},
                                    {"stroke-dasharray", "5 4"}});
  drawn += line + words(mark, kTop - 18, "middle", "#5b6472", chart.mark_label);
  return element("svg",
                 {{"xmlns", "http://www.w3.org/2000/svg"},
                  {"viewBox", "0 0 " + coordinate(kWidth) + " " + coordinate(height)},
                  {"width", coordinate(kWidth)},
                  {"height", coordinate(height)},
                  {"role", "img"},
                  {"font-size", "15"},
                  {"font-family", "system-ui, Helvetica, Arial, sans-serif"}},
                 drawn)
             .markup +
         "\n";
}

}  // namespace onefold
