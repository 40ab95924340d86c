#include <algorithm>
#include <cmath>
#include <vector>

std::vector<double> softmax(const std::vector<double>& logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  std::vector<double> p;
  double sum = 0;
  for (const double z : logits) {
    p.push_back(std::exp(z - largest));
    sum += p.back();
  }
  for (double& value : p) value /= sum;
  return p;
}
