// Exercise 04.2. How many multiplications.                     Page: docs/04-convolution-three-ways.md
//
// Return the number of multiplications that the definition of a convolution takes for one image: an output of P x Q
// pixels and K channels, a window of R x S, C input channels. With groups > 1, the channels are divided into that many
// groups, and each output channel sees the C / groups input channels of its own group only. Count taps beyond the edge,
// too.

#include <cstdint>

int64_t multiplications(int64_t P, int64_t Q, int64_t R, int64_t S, int64_t C, int64_t K, int64_t groups) {
  // Your code.
  return 0;
}
