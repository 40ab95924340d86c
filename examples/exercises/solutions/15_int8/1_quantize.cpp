#include <algorithm>
#include <cmath>
#include <vector>

std::vector<double> quantized(const std::vector<double>& weights) {
  double largest = 0;
  for (const double w : weights) largest = std::max(largest, std::abs(w));
  if (largest == 0) return weights;
  const double step = largest / 127;
  std::vector<double> result;
  for (const double w : weights) result.push_back(std::round(w / step) * step);
  return result;
}
