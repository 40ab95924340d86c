#include <cmath>
#include <vector>

std::vector<double> normalise(std::vector<double> x, double gamma, double beta, double eps) {
  double mean = 0, variance = 0;
  for (const double value : x) mean += value / x.size();
  for (const double value : x) variance += (value - mean) * (value - mean) / x.size();
  for (double& value : x) value = gamma * (value - mean) / std::sqrt(variance + eps) + beta;
  return x;
}
