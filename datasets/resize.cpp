#include "datasets/resize.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/check.h"

namespace onefold {

namespace {

/// What one new pixel takes from each of the old ones, from `first` on. The weights add up to 1.
struct Window {
  int64_t first;
  std::vector<double> weights;
};

/// The windows along a side that shrinks: the area that a new pixel covers, old pixels at its ends in part.
Window area_window(int64_t old_size, int64_t new_size, int64_t index) {
  const double step = static_cast<double>(old_size) / static_cast<double>(new_size);
  const double begin = static_cast<double>(index) * step, end = begin + step;
  Window window{static_cast<int64_t>(begin), {}};
  const int64_t last = std::min(old_size, static_cast<int64_t>(std::ceil(end)));
  for (int64_t i = window.first; i < last; ++i) {
    const double low = static_cast<double>(i);
    window.weights.push_back((std::min(low + 1, end) - std::max(low, begin)) / step);
  }
  return window;
}

/// The windows along a side that grows: the two old pixels whose centres are nearest to the new one's.
Window linear_window(int64_t old_size, int64_t new_size, int64_t index) {
  const double step = static_cast<double>(old_size) / static_cast<double>(new_size);
  const double centre = (static_cast<double>(index) + 0.5) * step - 0.5;
  const double place = std::clamp(centre, 0.0, static_cast<double>(old_size - 1));
  const auto first = static_cast<int64_t>(place);
  const double share = place - static_cast<double>(first);
  if (first + 1 == old_size) return {first, {1}};
  return {first, {1 - share, share}};
}

std::vector<Window> windows(int64_t old_size, int64_t new_size) {
  std::vector<Window> all;
  for (int64_t i = 0; i < new_size; ++i) {
    all.push_back(new_size < old_size ? area_window(old_size, new_size, i) : linear_window(old_size, new_size, i));
  }
  return all;
}

}  // namespace

Rectangle whole(const DecodedImage& image) { return {0, 0, image.height, image.width}; }

Rectangle centre_of(const DecodedImage& image, int64_t height, int64_t width) {
  Rectangle part = whole(image);
  if (image.height * width > image.width * height) {
    part.height = std::max<int64_t>(1, image.width * height / width);
  } else {
    part.width = std::max<int64_t>(1, image.height * width / height);
  }
  part.top = (image.height - part.height) / 2;
  part.left = (image.width - part.width) / 2;
  return part;
}

DecodedImage resized(const DecodedImage& image, const Rectangle& part, int64_t height, int64_t width) {
  check(part.top >= 0 && part.left >= 0 && part.height >= 1 && part.width >= 1 &&
            part.top + part.height <= image.height && part.left + part.width <= image.width,
        "resized: the part of ", part.height, " x ", part.width, " pixels at row ", part.top, " and column ", part.left,
        " is not within the image of ", image.height, " x ", image.width);
  check(height >= 1 && width >= 1, "resized: got a size of ", height, " x ", width, ", choose at least 1 x 1");

  const std::vector<Window> rows = windows(part.height, height), columns = windows(part.width, width);
  DecodedImage result{height, width, std::vector<uint8_t>(static_cast<size_t>(height * width * 3))};
  uint8_t* to = result.pixels.data();
  std::vector<double> row(static_cast<size_t>(part.width * 3));
  for (const Window& above : rows) {
    // One new row of old columns.
    std::ranges::fill(row, 0.0);
    for (size_t r = 0; r < above.weights.size(); ++r) {
      const int64_t y = part.top + above.first + static_cast<int64_t>(r);
      const uint8_t* from = image.pixels.data() + 3 * (y * image.width + part.left);
      for (size_t i = 0; i < row.size(); ++i) row[i] += above.weights[r] * from[i];
    }
    // Then its new columns.
    for (const Window& beside : columns) {
      for (size_t channel = 0; channel < 3; ++channel) {
        double value = 0;
        for (size_t c = 0; c < beside.weights.size(); ++c) {
          value += beside.weights[c] * row[3 * (static_cast<size_t>(beside.first) + c) + channel];
        }
        *to++ = static_cast<uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
      }
    }
  }
  return result;
}

}  // namespace onefold
