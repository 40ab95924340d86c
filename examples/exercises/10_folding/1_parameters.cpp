// Exercise 10.1. The parameters of a block.
// Page: docs/10-folding-a-network.md
//
// A RepVGG block of `channels` in and out at stride 1 has a 3x3 and a 1x1 convolution without bias, each followed by a
// batch norm, and an identity with a batch norm. A batch norm has a scale and a shift per channel. Folded, the block is
// one 3x3 convolution with bias. Return {parameters trained, parameters folded}.

#include <vector>

std::vector<double> block_parameters(int channels) {
  (void)channels;
  return {0, 0};
}
