#include <vector>

std::vector<double> shift_and_scale(double weight) {
  std::vector<double> kernel(9);
  kernel[5] = weight;
  return kernel;
}
