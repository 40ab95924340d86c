#include <vector>

std::vector<double> block_parameters(int channels) {
  const double square = double(channels) * channels;
  return {10 * square + 3 * 2 * channels, 9 * square + channels};
}
