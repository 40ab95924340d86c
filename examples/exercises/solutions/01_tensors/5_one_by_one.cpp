#include <vector>

std::vector<double> one_by_one(const std::vector<double>& x, const std::vector<double>& w,
                               const std::vector<double>& bias, int pixels, int C, int K) {
  std::vector<double> y(pixels * K);
  for (int pixel = 0; pixel < pixels; ++pixel)
    for (int k = 0; k < K; ++k) {
      y[pixel * K + k] = bias[k];
      for (int c = 0; c < C; ++c) y[pixel * K + k] += x[pixel * C + c] * w[c * K + k];
    }
  return y;
}
