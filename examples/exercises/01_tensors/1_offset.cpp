// Exercise 01.1. Where an element stands in memory.        Page: docs/01-tensors.md
//
// A tensor of shape [N, H, W, C] keeps its values in one row, channels last: the channels of a pixel are neighbours,
// then come the pixels of a row, the rows of an image, the images. Return the index of element (n, h, w, c).

#include <cstdint>

int64_t offset(int64_t n, int64_t h, int64_t w, int64_t c, int64_t height, int64_t width, int64_t channels) {
  // Your code.
  return -1;
}
