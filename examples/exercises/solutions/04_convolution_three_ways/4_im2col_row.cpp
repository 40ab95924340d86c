#include <vector>

std::vector<double> im2col_row(const std::vector<double>& x, int H, int W, int C, int R, int S, int padding, int p,
                               int q) {
  std::vector<double> row;
  for (int r = 0; r < R; ++r)
    for (int s = 0; s < S; ++s)
      for (int c = 0; c < C; ++c) {
        const int h = p + r - padding, v = q + s - padding;
        const bool inside = h >= 0 && h < H && v >= 0 && v < W;
        row.push_back(inside ? x[(h * W + v) * C + c] : 0);
      }
  return row;
}
