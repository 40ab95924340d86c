#include <cmath>
#include <cstddef>
#include <vector>

std::vector<double> slopes(const std::vector<double>& logits, int label) {
  double sum = 0;
  for (const double z : logits) sum += std::exp(z);
  std::vector<double> result;
  for (size_t k = 0; k < logits.size(); ++k) {
    const double wanted = int(k) == label ? 1 : 0;
    result.push_back(std::exp(logits[k]) / sum - wanted);
  }
  return result;
}
