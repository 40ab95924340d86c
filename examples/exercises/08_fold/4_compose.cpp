// Exercise 08.4. A 1x1 followed by a 3x3.
// Page: docs/08-fold-a-block-by-hand.md
//
// A 1x1 convolution from C to M channels, weight first[c M + m], then without anything in between a 3x3 one from M to K
// channels, weight second[((r 3 + s) M + m) K + k]. Return the weights [3, 3, C, K] of the one 3x3 convolution that
// does both: index ((r 3 + s) C + c) K + k.

#include <vector>

std::vector<double> compose(const std::vector<double>& first, const std::vector<double>& second, int C, int M, int K) {
  (void)first, (void)second, (void)M;
  return std::vector<double>(9 * C * K);
}
