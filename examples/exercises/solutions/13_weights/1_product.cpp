#include <vector>

std::vector<double> movement(const std::vector<double>& A, const std::vector<double>& B, const std::vector<double>& G,
                             double rate) {
  const auto times = [](const std::vector<double>& x, const std::vector<double>& y) {
    return std::vector<double>{x[0] * y[0] + x[1] * y[2], x[0] * y[1] + x[1] * y[3], x[2] * y[0] + x[3] * y[2],
                               x[2] * y[1] + x[3] * y[3]};
  };
  const auto transposed = [](const std::vector<double>& x) { return std::vector<double>{x[0], x[2], x[1], x[3]}; };
  const std::vector<double> by_a = times(times(G, transposed(B)), B), by_b = times(A, times(transposed(A), G));
  std::vector<double> moved;
  for (int i = 0; i < 4; ++i) moved.push_back(-rate * (by_a[i] + by_b[i]));
  return moved;
}
