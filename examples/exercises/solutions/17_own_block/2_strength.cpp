#include <vector>

std::vector<double> strong_high_pass(double strength) {
  const double blur[] = {1, 2, 1, 2, 4, 2, 1, 2, 1};
  std::vector<double> kernel(9);
  for (int i = 0; i < 9; ++i) kernel[i] = strength * ((i == 4 ? 1 : 0) - blur[i] / 16);
  return kernel;
}
