#include <cstddef>
#include <vector>

double slope_towards_w(const std::vector<double>& x, const std::vector<double>& t, double w, double b) {
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) sum += 2 * (w * x[i] + b - t[i]) * x[i];
  return sum / double(x.size());
}
