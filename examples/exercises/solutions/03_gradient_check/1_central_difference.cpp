#include <functional>

double central_difference(const std::function<double(double)>& f, double x, double eps) {
  return (f(x + eps) - f(x - eps)) / (2 * eps);
}
