// Exercise 08.3. The identity as a convolution.
// Page: docs/08-fold-a-block-by-hand.md
//
// Return the kernel [3, 3, C, C] of the 3x3 convolution with padding 1 that copies its input of C channels. The weight
// that connects input channel c to output channel k at tap (r, s) has index ((r 3 + s) C + c) C + k.

#include <cstddef>
#include <vector>

std::vector<double> identity_kernel(int channels) { return std::vector<double>(9 * channels * channels); }
