#include <vector>

std::vector<double> fold_asymmetric(const std::vector<double>& square, const std::vector<double>& row,
                                    const std::vector<double>& column) {
  std::vector<double> kernel = square;
  for (int i = 0; i < 3; ++i) {
    kernel[3 + i] += row[i];
    kernel[3 * i + 1] += column[i];
  }
  return kernel;
}
