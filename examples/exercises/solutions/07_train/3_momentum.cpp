#include <vector>

std::vector<double> step(double w, double v, double slope, double rate, double decay) {
  const double g = slope + decay * w;
  v = 0.9 * v + g;
  w -= rate * (g + 0.9 * v);
  return {w, v};
}
