// Exercise 04.5. Back to the image.                            Page: docs/04-convolution-three-ways.md
//
// For y[p][q] = sum over r and s of x[p + r - padding][q + s - padding] w[r][s], an image of one channel at stride 1,
// return the gradient of x. Each output pixel was computed from a window of x, so its gradient goes back to the pixels
// of that window, to each with the weight that it was multiplied by, and what arrives from several windows is added up:
//
//   dx[p + r - padding][q + s - padding] += dy[p][q] w[r][s]
//
// dy is [P, Q] and w [R, S]; dx is [H, W] with H = P + R - 1 - 2 padding and W = Q + S - 1 - 2 padding.

#include <vector>

std::vector<double> input_gradient(const std::vector<double>& dy, int P, int Q, const std::vector<double>& w, int R,
                                   int S, int padding) {
  const int H = P + R - 1 - 2 * padding, W = Q + S - 1 - 2 * padding;
  std::vector<double> dx(H * W);
  // Your code.
  return dx;
}
