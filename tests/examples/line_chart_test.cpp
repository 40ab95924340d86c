#include "examples/pictures/line_chart.h"

#include <cmath>
#include <limits>
#include <regex>

#include "tests/catch.h"
#include "tests/examples/markup.h"

using namespace onefold;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

LineChart chart_of(const std::vector<double>& y) {
  Series series{"loss", {}, y};
  for (size_t i = 0; i < y.size(); ++i) series.x.push_back(static_cast<double>(i + 1));
  return {.title = "Loss", .x_label = "epoch", .series = {series}};
}

/// The points of all lines of a chart.
std::vector<std::pair<double, double>> points_of(const std::string& markup) {
  std::vector<std::pair<double, double>> points;
  const std::regex lines("points=\"([^\"]*)\""), pair("([-0-9.]+),([-0-9.]+)");
  for (std::sregex_iterator line(markup.begin(), markup.end(), lines), end; line != end; ++line) {
    const std::string list = (*line)[1];
    for (std::sregex_iterator point(list.begin(), list.end(), pair); point != end; ++point) {
      points.emplace_back(std::stod((*point)[1]), std::stod((*point)[2]));
    }
  }
  return points;
}

}  // namespace

TEST_CASE("round ticks: equal steps of 1, 2 or 5 that enclose the range", "[examples]") {
  const std::vector<std::pair<double, double>> ranges = {{0, 1}, {0.37, 0.91}, {-3, 17}, {1e-7, 3e-7},
                                                         {5, 5}, {0, 0},       {-2, -2}};
  for (const auto& [low, high] : ranges) {
    const std::vector<double> ticks = round_ticks(low, high, 5);
    CAPTURE(low, high);
    REQUIRE(ticks.size() >= 2);
    CHECK(ticks.size() <= 9);
    const double step = ticks[1] - ticks[0];
    CHECK(ticks.front() <= low + 1e-6 * step);
    CHECK(ticks.back() >= high - 1e-6 * step);
    const double digit = step / std::pow(10, std::floor(std::log10(step) + 1e-9));
    CHECK((std::abs(digit - 1) < 1e-6 || std::abs(digit - 2) < 1e-6 || std::abs(digit - 5) < 1e-6));
  }
}

TEST_CASE("round ticks: a step is never smaller than asked for", "[examples]") {
  CHECK(round_ticks(1, 3, 6, 1) == std::vector<double>{1, 2, 3});
  CHECK(round_ticks(1, 30, 6, 1) == round_ticks(1, 30, 6));
}

TEST_CASE("line chart: lines stay in the picture, and larger is higher", "[examples]") {
  const std::string markup = line_chart(chart_of({2.3, 1.7, 1.1, 0.9, 0.4})).markup;
  CHECK(unbalanced_tag(markup) == "");
  const auto points = points_of(markup);
  REQUIRE(points.size() == 5);
  for (size_t i = 0; i < points.size(); ++i) {
    CHECK((points[i].first >= 0 && points[i].first <= 480));
    CHECK((points[i].second >= 0 && points[i].second <= 270));
    if (i > 0) CHECK(points[i].first > points[i - 1].first);
    if (i > 0) CHECK(points[i].second > points[i - 1].second);  // the loss falls, and y counts downwards
  }
  // The last value stands beside its end, and screen readers hear it.
  CHECK(markup.find(">0.4</text>") != std::string::npos);
  CHECK(markup.find("aria-label=\"Loss over epoch; loss ends at 0.4\"") != std::string::npos);
}

TEST_CASE("line chart: a value that is not finite interrupts the line", "[examples]") {
  const std::string markup = line_chart(chart_of({2, 1, kNaN, 3, 4})).markup;
  CHECK(count_of(markup, "<polyline") == 2);
  CHECK(points_of(markup).size() == 4);
  CHECK(markup.find("nan") == std::string::npos);
  CHECK(markup.find("inf") == std::string::npos);
}

TEST_CASE("line chart: one epoch, equal values and none at all are drawn", "[examples]") {
  for (const std::vector<double>& y : {std::vector<double>{1.5}, {3, 3, 3}, {}, {kNaN, kNaN}}) {
    const std::string markup = line_chart(chart_of(y)).markup;
    CHECK(unbalanced_tag(markup) == "");
    CHECK(markup.find("nan") == std::string::npos);
    for (const auto& [x, height] : points_of(markup)) CHECK((x >= 0 && x <= 480 && height >= 0 && height <= 270));
  }
}

TEST_CASE("line chart: end labels of equal lines do not overlap", "[examples]") {
  LineChart chart = chart_of({1, 2});
  chart.series.push_back(chart.series[0]);
  chart.series.push_back(chart.series[0]);
  const std::string markup = line_chart(chart).markup;
  std::vector<double> heights;
  const std::regex ends("y=\"([0-9.]+)\" text-anchor=\"start\" class=\"end");
  for (std::sregex_iterator label(markup.begin(), markup.end(), ends), end; label != end; ++label) {
    heights.push_back(std::stod((*label)[1]));
  }
  REQUIRE(heights.size() == 3);
  for (size_t i = 1; i < 3; ++i) CHECK(heights[i] - heights[i - 1] >= 15);
}

TEST_CASE("line chart: error bars reach as far as the deviation, within the picture", "[examples]") {
  LineChart chart = chart_of({1, 2, 3, 4});
  chart.series[0].deviation = {0.5, 0, kNaN, 1};
  const std::string markup = line_chart(chart).markup;
  const std::regex bars("<line class=\"line s0\" x1=\"([0-9.]+)\" y1=\"([0-9.]+)\" x2=\"([0-9.]+)\" y2=\"([0-9.]+)\"");
  std::vector<double> lengths;
  for (std::sregex_iterator bar(markup.begin(), markup.end(), bars), end; bar != end; ++bar) {
    CHECK((*bar)[1] == (*bar)[3]);
    const double bottom = std::stod((*bar)[2]), top = std::stod((*bar)[4]);
    CHECK((top >= 0 && bottom <= 270));
    lengths.push_back(bottom - top);
  }
  // Only two points have one, and the second is twice as long.
  REQUIRE(lengths.size() == 2);
  const auto points = points_of(markup);
  CHECK(lengths[0] == Approx(points[0].second - points[1].second).margin(0.02));
  CHECK(lengths[1] == Approx(2 * lengths[0]).margin(0.02));
}
