#include "examples/labs/histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.h"

namespace onefold {

double Histogram::largest() const { return std::max(std::abs(low), std::abs(high)); }

double Histogram::spread() const { return deviation > 0 ? largest() / deviation : 0; }

Histogram make_histogram(const std::vector<Tensor>& parts, int intervals) {
  check(intervals >= 1, "histogram: got ", intervals, " intervals, expected at least 1");
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
  check(count > 0, "histogram: got no values, expected at least 1");
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

}  // namespace onefold
