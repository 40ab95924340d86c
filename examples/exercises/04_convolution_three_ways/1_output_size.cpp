// Exercise 04.1. How large the output is.                      Page: docs/04-convolution-three-ways.md
//
// A window of `kernel` pixels moves along an axis of `size` pixels, to which `padding` zeros were added at both ends,
// in steps of `stride`. Return the number of places at which it lies inside. What is left over at the end is not used.

int output_size(int size, int kernel, int stride, int padding) {
  // Your code.
  return 0;
}
