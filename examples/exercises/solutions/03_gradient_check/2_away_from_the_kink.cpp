#include <cmath>
#include <vector>

std::vector<double> away_from_the_kink(std::vector<double> x, double eps) {
  for (double& value : x)
    if (std::abs(value) < 2 * eps) value = value < 0 ? -2 * eps : 2 * eps;
  return x;
}
