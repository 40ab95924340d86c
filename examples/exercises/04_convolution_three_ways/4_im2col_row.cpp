// Exercise 04.4. A window as a row.                            Page: docs/04-convolution-three-ways.md
//
// im2col writes each window of an image [H, W, C] as a row of R S C values: by rows of the window, then columns, then
// channels, so that the weights [R, S, C, K] fit. Stride is 1. Return the row of output pixel (p, q), whose window
// begins at image row p - padding and column q - padding. What is beyond the edge is 0, and takes its place in the row.

#include <vector>

std::vector<double> im2col_row(const std::vector<double>& x, int H, int W, int C, int R, int S, int padding, int p,
                               int q) {
  // Your code.
  return std::vector<double>(R * S * C);
}
