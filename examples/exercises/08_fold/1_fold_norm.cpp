// Exercise 08.1. A batch norm into a convolution.
// Page: docs/08-fold-a-block-by-hand.md
//
// One output channel: a 3x3 kernel of nine weights and a bias, then a batch norm in evaluation mode,
//   y = gamma (x - mean) / sqrt(variance + eps) + beta.
// Return the nine weights and the bias, ten values, of the one convolution that does both.

#include <cmath>
#include <vector>

std::vector<double> fold_norm(const std::vector<double>& weights, double bias, double gamma, double beta, double mean,
                              double variance, double eps) {
  (void)bias, (void)gamma, (void)beta, (void)mean, (void)variance, (void)eps;
  return weights;
}
