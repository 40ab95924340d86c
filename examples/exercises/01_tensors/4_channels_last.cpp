// Exercise 01.4. From channels first to channels last.         Page: docs/01-tensors.md
//
// An image of C channels, H rows and W columns comes channels first, [C, H, W]: all of channel 0 row by row, then all
// of channel 1, and so on. Return it channels last, [H, W, C]: the channels of a pixel as neighbours.

#include <vector>

std::vector<double> to_channels_last(const std::vector<double>& x, int C, int H, int W) {
  // Your code.
  return x;
}
