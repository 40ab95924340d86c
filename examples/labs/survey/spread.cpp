#include "examples/labs/survey/spread.h"

#include <cmath>
#include <numeric>

#include "examples/cli/format.h"

namespace onefold {

Spread spread_of(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / (count - 1)), std::ssize(values)};
}

std::string points_text(const Spread& spread, const std::string& sign) {
  if (spread.count == 0) return "-";
  if (std::isnan(spread.mean)) return "diverged";
  const std::string mean = (spread.mean >= 0 ? sign : "") + fixed(100 * spread.mean, 2);
  return spread.count < 2 ? mean : mean + " ± " + fixed(100 * spread.deviation, 2);
}

}  // namespace onefold
