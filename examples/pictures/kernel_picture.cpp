#include "examples/pictures/kernel_picture.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "examples/cli/format.h"

namespace onefold {

namespace {

constexpr int kHalf = 12;  // colours on each side of zero
constexpr int kColours = 2 * kHalf + 1;

/// The colour of a value: 0 for -limit and below, kHalf for zero, 2 kHalf for limit and above.
int colour_index(double value, double limit) {
  if (!std::isfinite(value) || limit <= 0) return kHalf;
  return kHalf + static_cast<int>(std::lround(std::clamp(value / limit, -1.0, 1.0) * kHalf));
}

std::string colour_class(int index) { return "k" + std::to_string(index); }

std::string square(int64_t x, int64_t y, int64_t size) {
  const std::string side = std::to_string(size);
  return "M" + std::to_string(x) + " " + std::to_string(y) + "h" + side + "v" + side + "h-" + side + "z";
}

struct Colour {
  double red, green, blue;
};

std::string mixed(const Colour& a, const Colour& b, double share) {
  char digits[16];
  const auto channel = [&](double x, double y) { return static_cast<int>(std::lround(x + (y - x) * share)); };
  std::snprintf(digits, sizeof digits, "#%02x%02x%02x", channel(a.red, b.red), channel(a.green, b.green),
                channel(a.blue, b.blue));
  return digits;
}

/// A CSS rule for each colour: `anchors` are the colours at -1, -1/2, 0, 1/2 and 1.
std::string palette(const std::array<Colour, 5>& anchors) {
  std::string rules;
  for (int index = 0; index < kColours; ++index) {
    const double place = 4.0 * index / (kColours - 1);
    const auto below = static_cast<size_t>(std::min(3.0, std::floor(place)));
    rules += "." + colour_class(index) +
             "{color:" + mixed(anchors[below], anchors[below + 1], place - static_cast<double>(below)) + "}";
  }
  return rules + "\n";
}

}  // namespace

Svg filter_drawing(const Tensor& filters, double limit, const std::string& label) {
  const int64_t rows = filters.shape()[0], columns = filters.shape()[1];
  const int64_t inputs = filters.shape()[2], outputs = filters.shape()[3];
  const int64_t side = std::max<int64_t>({3, rows, columns}), pitch = side + 1;

  // One path per colour, and in it each cell as a stroke as wide as it is long: seven bytes, which keeps files small.
  std::array<std::string, kColours> paths;
  for (int64_t o = 0; o < outputs; ++o) {
    for (int64_t i = 0; i < inputs; ++i) {
      for (int64_t r = 0; r < rows; ++r) {
        for (int64_t s = 0; s < columns; ++s) {
          const Real value = filters[((r * columns + s) * inputs + i) * outputs + o];
          const int64_t x = i * pitch + (side - columns) / 2 + s, y = o * pitch + (side - rows) / 2 + r;
          paths[static_cast<size_t>(colour_index(value, limit))] +=
              "M" + std::to_string(x) + " " + std::to_string(y) + "h1";
        }
      }
    }
  }
  Svg cells;
  for (int index = 0; index < kColours; ++index) {
    const std::string& path = paths[static_cast<size_t>(index)];
    if (!path.empty()) cells += element("path", {{"class", colour_class(index)}, {"d", path}});
  }
  cells = element("g", {{"class", "strokes"}, {"transform", "translate(0 .5)"}}, cells);
  return svg(static_cast<double>(inputs * pitch - 1), static_cast<double>(outputs * pitch - 1), label, cells);
}

Svg magnitude_drawing(const Tensor& map, double limit, const std::string& label) {
  const int64_t rows = map.shape()[0], columns = map.shape()[1];
  const int64_t side = std::max<int64_t>({3, rows, columns});
  constexpr int64_t cell = 52;
  Svg cells;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t s = 0; s < columns; ++s) {
      const Real value = map[r * columns + s];
      const int64_t x = ((side - columns) / 2 + s) * cell, y = ((side - rows) / 2 + r) * cell;
      const int colour = colour_index(value, limit);
      cells += element("path", {{"class", colour_class(colour)}, {"d", square(x + 1, y + 1, cell - 2)}});
      cells += element("text",
                       {{"x", std::to_string(x + cell / 2)},
                        {"y", std::to_string(y + cell / 2 + 4)},
                        {"text-anchor", "middle"},
                        {"class", colour > kHalf + kHalf * 3 / 4 ? "on-strong" : "on-weak"}},
                       text(value == 0 ? "0" : fixed(value, value < 0.9995 ? 3 : 2)));
    }
  }
  const auto width = static_cast<double>(side * cell);
  return svg(width, width, label, cells);
}

double colour_limit(const std::vector<Tensor>& tensors) {
  std::vector<double> sizes;
  for (const Tensor& tensor : tensors) {
    for (int64_t i = 0; i < tensor.size(); ++i) {
      if (std::isfinite(tensor[i]) && tensor[i] != 0) sizes.push_back(std::abs(tensor[i]));
    }
  }
  if (sizes.empty()) return 1;
  const auto place = sizes.begin() + static_cast<int64_t>(0.98 * static_cast<double>(sizes.size() - 1));
  std::nth_element(sizes.begin(), place, sizes.end());
  return *place;
}

std::string colour_style() {
  return "svg path{fill:currentColor}.strokes path{stroke:currentColor}\n" +
         palette({{{8, 69, 148}, {107, 168, 218}, {255, 255, 255}, {245, 158, 66}, {166, 54, 3}}});
}

}  // namespace onefold
