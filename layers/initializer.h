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

/// Weights and biases of a linear layer: uniform within 1 / sqrt(fan_in) of zero.
Tensor fan_in_uniform(const Shape& shape, int64_t fan_in, Initializer& initializer);

}  // namespace onefold
