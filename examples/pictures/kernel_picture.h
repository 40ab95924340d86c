#pragma once

#include <string>
#include <vector>

#include "core/tensor.h"
#include "examples/pictures/svg.h"

namespace onefold {

// Pictures of convolution kernels in a diverging colour map: blue below zero, orange above, no colour at zero. The
// colours are classes of a picture file's style; a shape has its class's colour as currentColor.

/// Filters [R, S, inputs, outputs] as a field of small maps, one column per input channel and one row per output
/// channel. Every map has at least 3x3 cells, so that a 1x1 kernel shows where it lies in a 3x3 one. Values of +-limit
/// and beyond have the strongest colours.
Svg filter_drawing(const Tensor& filters, double limit, const std::string& label);

/// A map [R, S] with its values written in.
Svg magnitude_drawing(const Tensor& map, double limit, const std::string& label);

/// A limit that shows the small values too: the 98th percentile of |k| among those that are not zero.
double colour_limit(const std::vector<Tensor>& tensors);

/// The style of the colours, for a light background.
std::string colour_style();

}  // namespace onefold
