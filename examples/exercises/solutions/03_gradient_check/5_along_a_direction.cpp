#include <functional>
#include <vector>

double along_a_direction(const std::function<double(const std::vector<double>&)>& loss, const std::vector<double>& x,
                         const std::vector<double>& gradient, const std::vector<double>& v, double eps) {
  std::vector<double> above = x, below = x;
  double dot = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    above[i] += eps * v[i];
    below[i] -= eps * v[i];
    dot += gradient[i] * v[i];
  }
  return (loss(above) - loss(below)) / (2 * eps) - dot;
}
