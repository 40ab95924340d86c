#pragma once

#include <cstdint>

#include "core/random.h"

namespace onefold {

/// Gives every parameter of a network its own stream of random numbers, in the order of construction. So the initial
/// weights of one layer do not depend on how many values another layer draws.
class Initializer {
 public:
  explicit Initializer(uint64_t seed) : seed_(seed) {}

  Random next();

 private:
  uint64_t seed_;
  uint64_t drawn_ = 0;
};

/// Weights of a layer followed by a ReLU: normal with std sqrt(2 / fan_in), which keeps the scale of the activations
/// constant from layer to layer. fan_in is the number of inputs summed per output: R S C / groups for a convolution.
/// He, Zhang, Ren, Sun: "Delving Deep into Rectifiers", ICCV 2015, section 2.2, equation 10.
Tensor he_normal(const Shape& shape, int64_t fan_in, Initializer& initializer);

/// He's normal initialisation, except that output channels that can copy an input channel do so: in each group, output
/// k < in / groups is one at the kernel's centre for input k and zero elsewhere. The layer then starts as the identity
/// and learns a residual, which is what a RepVGG's identity branch does by structure. shape is
/// [R, S, in / groups, out] with odd R and S.
/// Zagoruyko, Komodakis: "DiracNets: Training Very Deep Neural Networks Without Skip-Connections", 2017.
Tensor dirac_normal(const Shape& shape, int64_t groups, Initializer& initializer);

/// The initial weights of a convolution.
enum class FirstWeights { he_normal, dirac };

/// Weights and biases of a linear layer: uniform in [-1 / sqrt(fan_in), 1 / sqrt(fan_in)).
Tensor fan_in_uniform(const Shape& shape, int64_t fan_in, Initializer& initializer);

}  // namespace onefold
