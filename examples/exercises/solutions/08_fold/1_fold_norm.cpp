#include <cmath>
#include <vector>

std::vector<double> fold_norm(const std::vector<double>& weights, double bias, double gamma, double beta, double mean,
                              double variance, double eps) {
  const double t = gamma / std::sqrt(variance + eps);
  std::vector<double> folded;
  for (const double w : weights) folded.push_back(t * w);
  folded.push_back(beta + t * (bias - mean));
  return folded;
}
