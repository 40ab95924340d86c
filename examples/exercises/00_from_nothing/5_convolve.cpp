// Exercise 00.5. A convolution.
// Page: docs/00-one-filter.md
//
// Return the convolution of an image with a 3x3 filter, with padding 1 and stride 1: as many rows and columns as the
// image. image[h][w] is the value in row h, column w; outside of the image is zero. As everywhere in deep learning,
// the filter is not flipped: its top left tap meets the pixel at the top left.

#include <vector>

std::vector<std::vector<double>> convolve(const std::vector<std::vector<double>>& image,
                                          const std::vector<std::vector<double>>& filter) {
  (void)filter;
  return image;
}
