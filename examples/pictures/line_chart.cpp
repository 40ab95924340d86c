#include "examples/pictures/line_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "examples/cli/format.h"

namespace onefold {

namespace {

constexpr double kWidth = 480, kHeight = 270;  // units of the picture; text is 13 units high
constexpr double kTop = 10, kBottom = 44;
constexpr double kCharacter = 7.2;  // an upper bound for a digit's width

std::string series_class(const std::string& what, size_t index) { return what + " s" + std::to_string(index % 4); }

Svg label(double x, double y, const std::string& anchor, const std::string& words, const std::string& kind = "") {
  return element("text", {{"x", coordinate(x)}, {"y", coordinate(y)}, {"text-anchor", anchor}, {"class", kind}},
                 text(words));
}

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void include(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool empty() const { return low > high; }
};

/// How far a point's error bar reaches each way.
double bar_of(const Series& series, size_t point) {
  return point < series.deviation.size() && std::isfinite(series.deviation[point]) ? series.deviation[point] : 0;
}

using NumberText = std::function<std::string(double)>;

/// The chart's axes: they map values to positions in the picture, and to text.
struct Axes {
  NumberText y_text;
  Range x, y;
  std::vector<double> y_ticks;
  double left = 0, right = kWidth;

  double place_x(double value) const { return left + (value - x.low) / (x.high - x.low) * (right - left); }
  double place_y(double value) const {
    return kHeight - kBottom - (value - y.low) / (y.high - y.low) * (kHeight - kBottom - kTop);
  }
};

Axes make_axes(const LineChart& chart) {
  Axes axes;
  axes.y_text = chart.y_text ? chart.y_text : [](double value) { return plain(value); };
  for (const Series& series : chart.series) {
    for (size_t i = 0; i < series.x.size(); ++i) {
      if (!std::isfinite(series.y[i])) continue;
      axes.x.include(series.x[i]);
      axes.y.include(series.y[i] - bar_of(series, i));
      axes.y.include(series.y[i] + bar_of(series, i));
    }
  }
  if (axes.x.empty()) axes.x = axes.y = {0, 1};
  if (axes.x.low == axes.x.high) axes.x = {axes.x.low - 1, axes.x.high + 1};
  if (chart.from_zero) axes.y.include(0);
  axes.y_ticks = round_ticks(axes.y.low, axes.y.high, 5);
  axes.y = {axes.y_ticks.front(), axes.y_ticks.back()};

  size_t longest_tick = 0, longest_end = 0;
  for (double tick : axes.y_ticks) longest_tick = std::max(longest_tick, axes.y_text(tick).size());
  for (const Series& series : chart.series) {
    if (!series.y.empty()) longest_end = std::max(longest_end, axes.y_text(series.y.back()).size());
  }
  axes.left = kCharacter * static_cast<double>(longest_tick) + 10;
  axes.right = kWidth - kCharacter * static_cast<double>(longest_end) - 12;
  return axes;
}

Svg draw_axes(const Axes& axes, const std::string& x_label) {
  Svg drawn;
  for (double tick : axes.y_ticks) {
    const double y = axes.place_y(tick);
    drawn += straight("grid", axes.left, y, axes.right, y) + label(axes.left - 8, y + 4.5, "end", axes.y_text(tick));
  }
  const double bottom = kHeight - kBottom;
  drawn += straight("axis", axes.left, bottom, axes.right, bottom);
  for (double tick : round_ticks(axes.x.low, axes.x.high, 6, 1)) {
    if (tick < axes.x.low || tick > axes.x.high) continue;
    const double x = axes.place_x(tick);
    drawn += straight("axis", x, bottom, x, bottom + 5) + label(x, bottom + 19, "middle", plain(tick));
  }
  return drawn + label((axes.left + axes.right) / 2, kHeight - 5, "middle", x_label, "quiet");
}

/// One line, interrupted by its gaps, with error bars, and with a dot per point if there are few.
Svg draw_series(const Axes& axes, const Series& series, size_t index) {
  Svg lines, dots;
  std::string points;
  const auto finish = [&] {
    if (!points.empty()) lines += element("polyline", {{"class", series_class("line", index)}, {"points", points}});
    points.clear();
  };
  for (size_t i = 0; i < series.x.size(); ++i) {
    if (!std::isfinite(series.y[i]) || !std::isfinite(series.x[i])) {
      finish();
      continue;
    }
    const std::string x = coordinate(axes.place_x(series.x[i])), y = coordinate(axes.place_y(series.y[i]));
    points += (points.empty() ? "" : " ") + x + "," + y;
    if (const double bar = bar_of(series, i); bar > 0) {
      // The lines' bars stand beside each other where their points stand above each other.
      const double aside = axes.place_x(series.x[i]) + 2 * (static_cast<double>(index % 4) - 1.5);
      lines += straight(series_class("line", index), aside, axes.place_y(series.y[i] - bar), aside,
                        axes.place_y(series.y[i] + bar));
    }
    if (series.x.size() > 60) continue;
    const std::string words = series.name + " at " + plain(series.x[i]) + ": " + axes.y_text(series.y[i]);
    dots += element("circle", {{"class", series_class("dot", index)}, {"cx", x}, {"cy", y}, {"r", "2.6"}},
                    element("title", words));
  }
  finish();
  return lines + dots;
}

/// Each line's last value next to its end, moved apart if they would overlap.
Svg draw_ends(const Axes& axes, const LineChart& chart) {
  struct End {
    double y;
    size_t series;
  };
  std::vector<End> ends;
  for (size_t s = 0; s < chart.series.size(); ++s) {
    const std::vector<double>& y = chart.series[s].y;
    if (!y.empty() && std::isfinite(y.back())) ends.push_back({axes.place_y(y.back()), s});
  }
  std::sort(ends.begin(), ends.end(), [](const End& a, const End& b) { return a.y < b.y; });
  for (size_t i = 1; i < ends.size(); ++i) ends[i].y = std::max(ends[i].y, ends[i - 1].y + 15);
  for (size_t i = ends.size(); i-- > 0;) {
    const double limit = i + 1 < ends.size() ? ends[i + 1].y - 15 : kHeight - kBottom;
    ends[i].y = std::min(ends[i].y, limit);
  }
  Svg drawn;
  for (const End& end : ends) {
    drawn += label(axes.right + 8, end.y + 4.5, "start", axes.y_text(chart.series[end.series].y.back()),
                   series_class("end", end.series));
  }
  return drawn;
}

}  // namespace

std::vector<double> round_ticks(double low, double high, int count, double smallest_step) {
  if (!(high > low)) {
    const double margin = low == 0 ? 1 : std::abs(low) / 10;
    high = low + margin;
    low -= margin;
  }
  const double rough = std::max((high - low) / count, smallest_step);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double step = power * (rough / power < 1.5 ? 1 : rough / power < 3 ? 2 : rough / power < 7 ? 5 : 10);
  const auto first = static_cast<int64_t>(std::floor(low / step + 1e-9));
  const auto last = static_cast<int64_t>(std::ceil(high / step - 1e-9));
  std::vector<double> ticks;
  for (int64_t i = first; i <= last; ++i) ticks.push_back(static_cast<double>(i) * step);
  return ticks;
}

Svg line_chart(const LineChart& chart) {
  const Axes axes = make_axes(chart);
  Svg drawn = draw_axes(axes, chart.x_label);
  std::string spoken = chart.title + " over " + chart.x_label;
  for (size_t s = 0; s < chart.series.size(); ++s) {
    const Series& series = chart.series[s];
    drawn += draw_series(axes, series, s);
    if (!series.y.empty()) spoken += "; " + series.name + " ends at " + axes.y_text(series.y.back());
  }
  return svg(kWidth, kHeight, spoken, drawn + draw_ends(axes, chart));
}

}  // namespace onefold
