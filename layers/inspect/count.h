#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "layers/module.h"

namespace onefold {

/// The costs of a network: its parameters, and the operations of one image's forward pass.
struct Counts {
  int64_t parameters = 0;     // trained values, without running statistics
  int64_t multiply_adds = 0;  // of convolutions and matrix products
  int64_t convolutions = 0;
  int64_t batch_norms = 0;
  int64_t additions = 0;  // of whole feature maps: branches added

  /// Elements of feature maps that all other ops read and write: batch norms, additions, activations, paddings, scales,
  /// pools. Each is a pass over memory with almost no computation. A fused sum of batch norms reads each branch's
  /// feature map once and writes one; an activation that a convolution applies as it writes adds nothing.
  int64_t element_wise = 0;

  bool operator==(const Counts&) const = default;
};

/// The multiply-adds of an op, if it is a convolution or a matrix product; else 0.
int64_t multiply_adds_of(const std::string& op, const std::vector<Variable>& inputs, const Variable& result);

/// Counts any model by observing the ops of one forward pass in evaluation mode on zeros of shape `one_image`, such as
/// [1, 32, 32, 3]. Afterwards the modules return to their modes.
Counts count(Module& module, const Shape& one_image);

}  // namespace onefold
