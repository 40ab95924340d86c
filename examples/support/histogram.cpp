#include "examples/support/histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.h"
#include "examples/support/format.h"

namespace onefold {

namespace {

constexpr double kWidth = 480, kHeight = 96, kBase = 76;  // units of the picture

Html words(double x, const std::string& anchor, const std::string& what) {
  return element("text",
                 {{"x", coordinate(x)}, {"y", coordinate(kHeight - 4)}, {"text-anchor", anchor}, {"class", "quiet"}},
                 text(what));
}

}  // namespace

double Histogram::largest() const { return std::max(std::abs(low), std::abs(high)); }

double Histogram::spread() const { return deviation > 0 ? largest() / deviation : 0; }

Histogram make_histogram(const std::vector<Tensor>& parts, int intervals) {
  check(intervals >= 1, "histogram: got ", intervals, " intervals, at least 1 is needed");
  Histogram histogram;
  histogram.low = std::numeric_limits<double>::infinity();
  histogram.high = -histogram.low;
  histogram.counts.assign(static_cast<size_t>(intervals), 0);

  double count = 0, sum = 0, squares = 0;
  for (const Tensor& part : parts) {
    for (int64_t i = 0; i < part.size(); ++i) {
      const double number = double{part[i]};
      histogram.low = std::min(histogram.low, number);
      histogram.high = std::max(histogram.high, number);
      sum += number;
      squares += number * number;
    }
    count += static_cast<double>(part.size());
  }
  check(count > 0, "histogram: of no numbers; show it at least one");
  histogram.deviation = std::sqrt(std::max(0.0, squares / count - sum / count * (sum / count)));

  const double width = histogram.high - histogram.low;
  for (const Tensor& part : parts) {
    for (int64_t i = 0; i < part.size(); ++i) {
      const double place = width > 0 ? (double{part[i]} - histogram.low) / width * intervals : 0;
      ++histogram.counts[static_cast<size_t>(std::clamp(static_cast<int>(place), 0, intervals - 1))];
    }
  }
  return histogram;
}

Html histogram_picture(const std::string& title, const Histogram& histogram, int series) {
  const int64_t most = *std::max_element(histogram.counts.begin(), histogram.counts.end());
  const double bar = kWidth / static_cast<double>(histogram.counts.size());
  const double width = histogram.high - histogram.low;
  Html drawn;
  for (size_t i = 0; i < histogram.counts.size(); ++i) {
    if (histogram.counts[i] == 0) continue;
    // The logarithm of one more than the count: a single number is seen, too.
    const double height = kBase * std::log1p(static_cast<double>(histogram.counts[i])) /
                          std::log1p(static_cast<double>(most));
    drawn += element("rect", {{"class", "bar s" + std::to_string(series)},
                              {"x", coordinate(static_cast<double>(i) * bar)},
                              {"y", coordinate(kBase - height)},
                              {"width", coordinate(bar)},
                              {"height", coordinate(height)}});
  }
  drawn += straight("axis", 0, kBase, kWidth, kBase);
  drawn += words(0, "start", plain(histogram.low, 3)) + words(kWidth, "end", plain(histogram.high, 3));
  if (width > 0 && histogram.low <= 0 && histogram.high >= 0) {
    const double zero = -histogram.low / width * kWidth;
    drawn += straight("axis", zero, kBase, zero, kBase + 5);
    if (zero > 70 && zero < kWidth - 70) drawn += words(zero, "middle", "0");
  }
  const std::string spread = "largest is " + fixed(histogram.spread(), 1) + " deviations";
  const Html caption = element("strong", title) + element("span", {{"class", "key"}}, text(spread));
  return figure(caption, svg(kWidth, kHeight, title + ": " + spread, drawn));
}

}  // namespace onefold
