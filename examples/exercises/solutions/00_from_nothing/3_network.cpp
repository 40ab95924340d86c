#include <algorithm>
#include <vector>

double network(double x0, double x1, const std::vector<std::vector<double>>& weights, const std::vector<double>& biases,
               const std::vector<double>& last_weights, double last_bias) {
  double result = last_bias;
  for (size_t j = 0; j < weights.size(); ++j) {
    const double z = x0 * weights[j][0] + x1 * weights[j][1] + biases[j];
    result += std::max(0.0, z) * last_weights[j];
  }
  return result;
}
