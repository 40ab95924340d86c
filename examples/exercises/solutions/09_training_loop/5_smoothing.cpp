#include <cmath>
#include <cstddef>
#include <vector>

double smoothed_loss(const std::vector<double>& p, int label, double e) {
  double loss = 0;
  for (size_t k = 0; k < p.size(); ++k) {
    const double target = e / double(p.size()) + (int(k) == label ? 1 - e : 0);
    loss -= target * std::log(p[k]);
  }
  return loss;
}
