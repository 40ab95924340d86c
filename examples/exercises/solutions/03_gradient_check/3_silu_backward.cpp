#include <cmath>
#include <vector>

std::vector<double> silu_backward(const std::vector<double>& x, const std::vector<double>& dy) {
  std::vector<double> dx(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    const double s = 1 / (1 + std::exp(-x[i]));
    dx[i] = dy[i] * (s + x[i] * s * (1 - s));
  }
  return dx;
}
