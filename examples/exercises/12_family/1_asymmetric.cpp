// Exercise 12.1. An asymmetric block.
// Page: docs/12-the-family.md
//
// ACNet adds three convolutions: 3x3, 1x3 (a row of three taps, padding 0 and 1) and 3x1 (a column, padding 1 and 0).
// For one input and one output channel: return the nine weights, row by row, of the one 3x3 convolution that does all.

#include <vector>

std::vector<double> fold_asymmetric(const std::vector<double>& square, const std::vector<double>& row,
                                    const std::vector<double>& column) {
  (void)row, (void)column;
  return square;
}
