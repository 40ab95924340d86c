#include <vector>

double composed_bias(const std::vector<double>& first_bias, const std::vector<double>& second, double last_bias,
                     int M) {
  double bias = last_bias;
  for (int tap = 0; tap < 9; ++tap)
    for (int m = 0; m < M; ++m) bias += second[tap * M + m] * first_bias[m];
  return bias;
}
