// Exercise 17.1. A shift as a kernel.
// Page: docs/17-a-block-of-your-own.md
//
// A piece moves its channel to the left by one pixel: y(h, w) = x(h, w + 1), and zeros come in from outside. It is
// linear, so it is a 3x3 convolution with padding 1. A 1x1 convolution of one weight follows. Return the nine weights,
// row by row, of the one convolution that does both. (Convolutions here are not flipped: tap (1, 2) meets the pixel on
// the right.)

#include <vector>

std::vector<double> shift_and_scale(double weight) {
  (void)weight;
  return std::vector<double>(9);
}
