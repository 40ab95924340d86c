#include <cstddef>
#include <vector>

std::vector<double> descend(const std::vector<double>& x, const std::vector<double>& t, double rate, int steps) {
  double w = 0, b = 0;
  for (int step = 0; step < steps; ++step) {
    double slope_w = 0, slope_b = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const double error = w * x[i] + b - t[i];
      slope_w += 2 * error * x[i] / double(x.size());
      slope_b += 2 * error / double(x.size());
    }
    w -= rate * slope_w;
    b -= rate * slope_b;
  }
  return {w, b};
}
