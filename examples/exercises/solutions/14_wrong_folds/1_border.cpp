#include <vector>

double at_the_corner(const std::vector<double>& weights, double shift, double outside) {
  double result = 0;
  for (int r = 0; r < 3; ++r)
    for (int s = 0; s < 3; ++s) result += weights[3 * r + s] * (r == 0 || s == 0 ? outside : shift);
  return result;
}
