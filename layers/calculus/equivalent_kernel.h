#pragma once

#include "layers/calculus/linear_piece.h"

namespace onefold {

// The single kernel that a block is equivalent to during training, to plot it or to use it in a loss.

/// The convolution that a linear module, or a block up to its activation, is equivalent to now, by its running
/// statistics. The module may be in training mode, and stays in its mode. Throws FoldError as fold() does.
FixedConv2d equivalent_convolution(Module& module);

/// A convolution with bias whose elements have a history.
struct ConvVariable {
  Variable weight;  // [R, S, C / groups, K]
  Variable bias;    // [K]
  Conv2dArgs args;
};

/// The same as part of the graph: gradients of kernel and bias reach every parameter of the module; running statistics
/// are constants. No algebra is required, since a kernel is the impulse response of a linear map: images that are one
/// at a single pixel and zero elsewhere pass through the module's own ops, and the response to zeros is the bias.
ConvVariable equivalent_convolution_in_graph(Module& module);

}  // namespace onefold
