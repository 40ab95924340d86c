#include <vector>

struct Running {
  double mean, variance;
};

Running update(Running running, const std::vector<double>& batch) {
  const double n = batch.size();
  double mean = 0, variance = 0;
  for (const double x : batch) mean += x / n;
  for (const double x : batch) variance += (x - mean) * (x - mean) / (n - 1);
  return {0.9 * running.mean + 0.1 * mean, 0.9 * running.variance + 0.1 * variance};
}
