// Exercise 14.1. What the border sees.
// Page: docs/14-wrong-folds.md
//
// A batch norm, then a 3x3 convolution with padding. For one channel: an image of zeros becomes `shift` everywhere
// after the batch norm. At the top left corner, five of the nine taps are outside of the image and meet `outside` (0
// with usual padding, `shift` in a block that folds). Return the convolution's result there; weights are row by row.

#include <vector>

double at_the_corner(const std::vector<double>& weights, double shift, double outside) {
  (void)weights, (void)shift, (void)outside;
  return 0;
}
