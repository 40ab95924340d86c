// Exercise 01.5. A 1x1 convolution is a matrix product.        Page: docs/01-tensors.md
//
// A 1x1 convolution mixes the channels of each pixel and adds a bias:
//
//   y[pixel][k] = bias[k] + sum over c of x[pixel][c] w[c][k]
//
// x holds C channels for each pixel, w is [C, K], bias has K values. All are rows of values, the last index fastest.
// Return y, K channels for each pixel.

#include <vector>

std::vector<double> one_by_one(const std::vector<double>& x, const std::vector<double>& w,
                               const std::vector<double>& bias, int pixels, int C, int K) {
  // Your code.
  return std::vector<double>(pixels * K);
}
