#include <algorithm>
#include <vector>

std::vector<double> blocked_product(const std::vector<double>& A, const std::vector<double>& B, int M, int N, int K,
                                    int block) {
  std::vector<double> C(M * N);
  for (int k0 = 0; k0 < K; k0 += block)
    for (int j0 = 0; j0 < N; j0 += block)
      for (int i = 0; i < M; ++i)
        for (int k = k0; k < std::min(k0 + block, K); ++k)
          for (int j = j0; j < std::min(j0 + block, N); ++j) C[i * N + j] += A[i * K + k] * B[k * N + j];
  return C;
}
