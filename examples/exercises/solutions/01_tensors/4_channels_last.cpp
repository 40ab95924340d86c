#include <vector>

std::vector<double> to_channels_last(const std::vector<double>& x, int C, int H, int W) {
  std::vector<double> y(x.size());
  for (int c = 0; c < C; ++c)
    for (int h = 0; h < H; ++h)
      for (int w = 0; w < W; ++w) y[(h * W + w) * C + c] = x[(c * H + h) * W + w];
  return y;
}
