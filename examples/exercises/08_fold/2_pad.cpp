// Exercise 08.2. A 1x1 convolution as a 3x3.
// Page: docs/08-fold-a-block-by-hand.md
//
// A 1x1 convolution of one input and one output channel has one weight. Return the nine weights, row by row, of the 3x3
// convolution with padding 1 that does the same.

#include <vector>

std::vector<double> as_3x3(double weight) {
  (void)weight;
  return std::vector<double>(9);
}
