#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace onefold {

/// The mean over seeds, and the standard deviation between seeds, NaN for fewer than two.
struct Spread {
  double mean = 0, deviation = 0;
  int64_t count = 0;
};

/// Of no values, or if one is NaN, both are NaN.
Spread spread_of(const std::vector<double>& values);

/// Shares of images as percentages: "70.12 ± 0.31"; of differences, with `sign`, as points: "+0.50 ± 0.20". Without ±
/// for one seed, "-" for none, "diverged" if a training did.
std::string points_text(const Spread& spread, const std::string& sign = "");

}  // namespace onefold
