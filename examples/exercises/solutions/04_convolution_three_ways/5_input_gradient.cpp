#include <vector>

std::vector<double> input_gradient(const std::vector<double>& dy, int P, int Q, const std::vector<double>& w, int R,
                                   int S, int padding) {
  const int H = P + R - 1 - 2 * padding, W = Q + S - 1 - 2 * padding;
  std::vector<double> dx(H * W);
  for (int p = 0; p < P; ++p)
    for (int q = 0; q < Q; ++q)
      for (int r = 0; r < R; ++r)
        for (int s = 0; s < S; ++s) {
          const int h = p + r - padding, v = q + s - padding;
          if (h >= 0 && h < H && v >= 0 && v < W) dx[h * W + v] += dy[p * Q + q] * w[r * S + s];
        }
  return dx;
}
