#pragma once

#include "layers/initializer.h"

namespace onefold {

/// The initial weights of a convolution that only turns each pixel: zero except for the tap in the centre, which is a
/// random orthogonal matrix [C, K]. With K >= C the result of the convolution is as long as its input, so that the
/// signal neither fades nor grows in a network of any depth. shape is [R, S, C, K] with odd R and S.
/// Xiao, Bahri, Sohl-Dickstein, Schoenholz, Pennington: "Dynamical Isometry and a Mean Field Theory of CNNs", ICML
/// 2018.
Tensor delta_orthogonal(const Shape& shape, Initializer& initializer);

}  // namespace onefold
