#include <vector>

std::vector<double> compose(const std::vector<double>& first, const std::vector<double>& second, int C, int M, int K) {
  std::vector<double> both(9 * C * K);
  for (int tap = 0; tap < 9; ++tap)
    for (int c = 0; c < C; ++c)
      for (int m = 0; m < M; ++m)
        for (int k = 0; k < K; ++k) both[(tap * C + c) * K + k] += first[c * M + m] * second[(tap * M + m) * K + k];
  return both;
}
