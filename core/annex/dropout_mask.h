#pragma once

#include "core/random.h"
#include "core/tensor.h"

namespace onefold {

/// The factors of dropout: 0 with the given probability, else 1 / (1 - probability), so that the mean stays 1.
/// Element i uses value i of the generator. Throws Error unless 0 <= probability < 1.
Tensor dropout_mask(const Shape& shape, Real probability, const Random& random);

}  // namespace onefold
