#include <vector>

std::vector<double> convolve(const std::vector<double>& x, int H, int W, const std::vector<double>& w, int R, int S,
                             int stride, int padding) {
  const int P = (H + 2 * padding - R) / stride + 1, Q = (W + 2 * padding - S) / stride + 1;
  std::vector<double> y(P * Q);
  for (int p = 0; p < P; ++p)
    for (int q = 0; q < Q; ++q)
      for (int r = 0; r < R; ++r)
        for (int s = 0; s < S; ++s) {
          const int h = p * stride + r - padding, v = q * stride + s - padding;
          if (h >= 0 && h < H && v >= 0 && v < W) y[p * Q + q] += x[h * W + v] * w[r * S + s];
        }
  return y;
}
