#pragma once

#include <cstdint>

#include "core/random.h"

namespace onefold {

/// Hands every parameter of a network its own stream of random numbers, in the order of construction: so the first
/// weights of a network do not depend on how many numbers a later layer draws.
class Initializer {
 public:
  explicit Initializer(uint64_t seed) : seed_(seed) {}

  Random next();

 private:
  uint64_t seed_;
  uint64_t drawn_ = 0;
};

/// Weights of a layer that a ReLU follows: normal, deviation sqrt(2 / fan_in), which keeps the size of the activations
/// from layer to layer. fan_in is the number of inputs that one output sums: R S C / groups of a convolution.
/// He, Zhang, Ren, Sun: "Delving Deep into Rectifiers", ICCV 2015, section 2.2, equation 10.
Tensor he_normal(const Shape& shape, int64_t fan_in, Initializer& initializer);

/// He's normal where those output channels that can copy an input channel do: in each group, output k < in / groups is
/// one at the kernel's centre for input k and zero elsewhere. The layer then begins as the identity, and learns what to
/// add; a RepVGG's identity branch is the same idea as structure. shape is [R, S, in / groups, out], R and S odd.
/// Zagoruyko, Komodakis: "DiracNets: Training Very Deep Neural Networks Without Skip-Connections", 2017.
Tensor dirac_normal(const Shape& shape, int64_t groups, Initializer& initializer);

/// What a convolution's weights are before the first step.
enum class FirstWeights { he_normal, dirac };

/// Weights and biases of a linear layer: uniform within 1 / sqrt(fan_in) of zero.
Tensor fan_in_uniform(const Shape& shape, int64_t fan_in, Initializer& initializer);

}  // namespace onefold
