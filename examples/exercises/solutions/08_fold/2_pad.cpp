#include <vector>

std::vector<double> as_3x3(double weight) {
  std::vector<double> kernel(9);
  kernel[4] = weight;
  return kernel;
}
