// Exercise 05.2. The multiplications of a layer.               Page: docs/05-winograd-by-hand.md
//
// F(m x m, 3x3) computes m x m outputs of a 3x3 convolution at a time, from a tile of (m + 2) x (m + 2) inputs. For
// each pair of an input and an output channel that takes as many multiplications as the tile has elements. Return how
// many a whole layer takes for one image with an output of P x Q pixels, C input channels and K output channels. Where
// m does not divide P or Q, the last tiles hang over the edge and cost as much as the others.

#include <cstdint>

int64_t multiplications_of_layer(int64_t P, int64_t Q, int64_t C, int64_t K, int64_t m) {
  // Your code.
  return 0;
}
