#include <cstddef>
#include <vector>

std::vector<double> identity_kernel(int channels) {
  std::vector<double> kernel(9 * channels * channels);
  for (int c = 0; c < channels; ++c) kernel[(4 * channels + c) * channels + c] = 1;
  return kernel;
}
