#pragma once

#include <cstdint>

#include "layers/module.h"

namespace onefold {

/// What a network costs: its parameters, and what one image's way through it takes.
struct Counts {
  int64_t parameters = 0;     // trained numbers; running statistics are not among them
  int64_t multiply_adds = 0;  // of convolutions and matrix products
  int64_t convolutions = 0;
  int64_t batch_norms = 0;
  int64_t additions = 0;  // of whole maps: branches joined

  /// Numbers of maps that all other ops read and write: batch norms, additions, activations, paddings, scales, pools.
  /// Each is a pass over memory with next to nothing computed on the way. A fused sum of batch norms reads each
  /// branch's map once and writes one; an activation that a convolution computes as it writes adds nothing.
  int64_t element_wise = 0;

  bool operator==(const Counts&) const = default;
};

/// Counts any model by watching the ops of one forward pass in evaluation mode on zeros of shape `one_image`, such as
/// [1, 32, 32, 3]. The modules have their modes again afterwards.
Counts count(Module& module, const Shape& one_image);

}  // namespace onefold
