// Exercise 11.1. A product in blocks.
// Page: docs/11-the-ladder.md
//
// The matrix product C[i][j] = sum over k of A[i][k] B[k][j], computed in blocks of `block` rows and columns, so that a
// block of B stays in the cache while it is used. Sizes need not be multiples of the block. A is [M, K], B [K, N], both
// row by row in one vector. Fill in the three inner loops; return C.

#include <algorithm>
#include <vector>

std::vector<double> blocked_product(const std::vector<double>& A, const std::vector<double>& B, int M, int N, int K,
                                    int block) {
  std::vector<double> C(M * N);
  for (int k0 = 0; k0 < K; k0 += block)
    for (int j0 = 0; j0 < N; j0 += block) {
      // for i, for k from k0, for j from j0 ...
    }
  (void)A, (void)B;
  return C;
}
