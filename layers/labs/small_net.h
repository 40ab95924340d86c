#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "layers/initializer.h"
#include "layers/sequential.h"

namespace onefold {

/// How a SmallNet is trained. All rows with the same kernel size fold to the same network.
struct SmallNetOptions {
  enum class Convolutions { plain, expand_layers, expand_kernels };  // plain, CL, CK

  int64_t kernel = 3;  // 3: no padding, as in the paper; 7: padding 3
  Convolutions convolutions = Convolutions::plain;
  bool expand_linear = false;  // FC, of the first linear layer
};

/// The SmallNet of the ExpandNet paper for 32x32 images: three convolutions to 8, 16 and 32 channels, each with batch
/// norm, ReLU and 2x2 max pooling; then linear layers to 64 features and, after a ReLU, to the classes. About 15 k
/// parameters with 3x3 kernels, 66 k with 7x7. [N, 32, 32, 3] -> logits [N, classes]. Expansion rate 4; the first
/// convolution keeps the image's channels.
/// Guo, Alvarez, Salzmann: "ExpandNets: Linear Over-parameterization to Train Compact Convolutional Networks",
/// NeurIPS 2020, section 4.1. Unlike in the paper, convolutions have no biases in addition to those of their batch
/// norms, and weights are initialised as elsewhere in this library, not as in PyTorch.
/// Throws Error for any other kernel size, and for CK with a 3x3 kernel, which is 3x3 already.
std::unique_ptr<Sequential> small_net(const SmallNetOptions& options, int64_t classes, Initializer& initializer);

/// The rows of the paper's table: "7x7", "7x7 CK", "3x3", "3x3 CL", "3x3 CL+FC".
struct SmallNetRow {
  std::string name;
  SmallNetOptions options;
  double published;  // % of CIFAR-10's test images, the paper's table 1
};
const std::vector<SmallNetRow>& small_net_rows();

}  // namespace onefold
