#include <cstddef>
#include <vector>

double penalty_slope(double gamma, double sigma, const std::vector<double>& w, const std::vector<double>& rest) {
  double slope = 0;
  for (size_t i = 0; i < w.size(); ++i) slope += 2 * (gamma / sigma * w[i] + rest[i]) * w[i] / sigma;
  return slope;
}
