#pragma once

#include "layers/calculus/linear_piece.h"

namespace onefold {

// The one kernel that a block is equivalent to while it is still being trained: to be plotted, or to be part of a loss.

/// The convolution that a linear module is equivalent to at this moment, by its running statistics, or a block up to
/// its activation. The module may be in training mode, and keeps it. Throws FoldError as fold() does.
FixedConv2d equivalent_convolution(Module& module);

/// A convolution with bias whose numbers have a history.
struct ConvVariable {
  Variable weight;  // [R, S, C / groups, K]
  Variable bias;    // [K]
  Conv2dArgs args;
};

/// The same within the graph: gradients of the kernel and the bias reach every parameter of the module, running
/// statistics are constants. No algebra is needed for it, since a kernel is what a linear map answers to an impulse:
/// images that are one at a single pixel and zero elsewhere go through the module's own ops, and its answer to zeros is
/// the bias.
ConvVariable equivalent_convolution_in_graph(Module& module);

}  // namespace onefold
