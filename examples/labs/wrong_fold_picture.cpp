#include <algorithm>
#include <array>
#include <cmath>

#include "examples/cli/format.h"
#include "examples/labs/wrong_fold_museum.h"
#include "examples/pictures/picture_file.h"
#include "examples/pictures/svg.h"

namespace onefold {

namespace {

constexpr int kColours = 12;
constexpr double kMap = 156, kPitchX = 244, kPitchY = 236, kLeft = 32, kTop = 92;
constexpr int64_t kPerRow = 4;

/// From white to dark orange.
std::string colour(int index) {
  const double share = static_cast<double>(index) / (kColours - 1);
  const auto channel = [&](double end) { return std::to_string(std::lround(255 + (end - 255) * share)); };
  return "rgb(" + channel(166) + "," + channel(54) + "," + channel(3) + ")";
}

Svg words(double x, double y, const std::string& content, const std::string& size, const std::string& weight = "400") {
  return element(
      "text",
      {{"x", coordinate(x)}, {"y", coordinate(y)}, {"fill", "#222222"}, {"font-size", size}, {"font-weight", weight}},
      text(content));
}

Svg heat_map(const WrongFold& mistake, double left, double top) {
  const std::vector<double> values = largest_at_pixels(mistake.trained, mistake.wrong);
  const double limit = *std::max_element(values.begin(), values.end());
  const int64_t rows = mistake.trained.shape()[1], columns = mistake.trained.shape()[2];
  const double cell = kMap / static_cast<double>(std::max(rows, columns));
  std::array<std::string, kColours> paths;  // one per colour
  for (int64_t p = 0; p < rows; ++p) {
    for (int64_t q = 0; q < columns; ++q) {
      const double share = limit > 0 ? values[static_cast<size_t>(p * columns + q)] / limit : 0;
      const std::string side = coordinate(cell);
      paths[static_cast<size_t>(std::lround(share * (kColours - 1)))] +=
          "M" + coordinate(left + static_cast<double>(q) * cell) + " " +
          coordinate(top + static_cast<double>(p) * cell) + "h" + side + "v" + side + "h-" + side + "z";
    }
  }
  Svg drawn;
  for (int index = 0; index < kColours; ++index) {
    const std::string& path = paths[static_cast<size_t>(index)];
    if (!path.empty()) drawn += element("path", {{"fill", colour(index)}, {"d", path}});
  }
  drawn += element("rect", {{"x", coordinate(left)},
                            {"y", coordinate(top)},
                            {"width", coordinate(kMap)},
                            {"height", coordinate(kMap)},
                            {"fill", "none"},
                            {"stroke", "#8a8f98"}});
  const MapDifference error = mistake.error();
  drawn += words(left, top - 10, mistake.name, "12", "600");
  drawn +=
      words(left, top + kMap + 19, "inside " + plain(error.interior, 3) + ", border " + plain(error.border, 3), "12");
  return drawn;
}

}  // namespace

std::vector<double> largest_at_pixels(const Tensor& a, const Tensor& b) {
  const int64_t pixels = a.shape()[1] * a.shape()[2], channels = a.shape()[3];
  std::vector<double> largest(static_cast<size_t>(pixels));
  for (int64_t i = 0; i < a.size(); ++i) {
    double& here = largest[static_cast<size_t>(i / channels % pixels)];
    here = std::max(here, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  }
  return largest;
}

std::string museum_picture(const std::vector<WrongFold>& mistakes) {
  const auto count = static_cast<int64_t>(mistakes.size());
  const double width = kLeft + kPitchX * kPerRow, rows = static_cast<double>((count + kPerRow - 1) / kPerRow);
  const double height = kTop + rows * kPitchY - 30;
  const std::string title = "Where a wrong fold is wrong";
  Svg drawn = element("title", title);
  drawn += element("rect",
                   {{"width", coordinate(width)}, {"height", coordinate(height)}, {"rx", "10"}, {"fill", "#ffffff"}});
  drawn += words(kLeft, 32, title, "16", "600");
  drawn += words(kLeft, 54, "The maximum error at each pixel, from none (white) to each map's maximum (dark).", "13");
  for (int64_t i = 0; i < count; ++i) {
    drawn += heat_map(mistakes[static_cast<size_t>(i)], kLeft + kPitchX * static_cast<double>(i % kPerRow),
                      kTop + kPitchY * static_cast<double>(i / kPerRow));
  }
  return svg_file(drawn, width, height);
}

}  // namespace onefold
