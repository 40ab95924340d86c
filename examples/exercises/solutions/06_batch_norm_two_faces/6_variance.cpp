#include <vector>

double variance(const std::vector<double>& x) {
  double mean = 0, sum = 0;
  for (const double value : x) mean += value / x.size();
  for (const double value : x) sum += (value - mean) * (value - mean);
  return sum / x.size();
}
