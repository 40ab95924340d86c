// Exercise 17.2. A trained strength.
// Page: docs/17-a-block-of-your-own.md
//
// The high pass gets a trained strength for each channel: y = strength (x - blur of x), where the blur is 1 2 1, 2 4 2,
// 1 2 1 in sixteenths. For training its forward() multiplies; for the fold, linear() must say the same as a
// convolution. Return the nine weights of one channel's 3x3 kernel, row by row.

#include <vector>

std::vector<double> strong_high_pass(double strength) {
  (void)strength;
  return std::vector<double>(9);
}
