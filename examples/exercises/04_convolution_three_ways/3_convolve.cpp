// Exercise 04.3. A convolution with a stride.                  Page: docs/04-convolution-three-ways.md
//
// Convolve an image of one channel, H x W, with a kernel w of R x S. The window moves in steps of `stride`, and beyond
// the edge the image counts as zero:
//
//   y[p][q] = sum over r and s of x[p stride + r - padding][q stride + s - padding] w[r][s]
//
// The output has P = (H + 2 padding - R) / stride + 1 rows and Q = (W + 2 padding - S) / stride + 1 columns. x, w and y
// are stored row by row.

#include <vector>

std::vector<double> convolve(const std::vector<double>& x, int H, int W, const std::vector<double>& w, int R, int S,
                             int stride, int padding) {
  const int P = (H + 2 * padding - R) / stride + 1, Q = (W + 2 * padding - S) / stride + 1;
  std::vector<double> y(P * Q);
  // Your code.
  return y;
}
