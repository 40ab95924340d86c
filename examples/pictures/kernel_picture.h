#pragma once

#include <string>
#include <vector>

#include "core/tensor.h"
#include "examples/pictures/svg.h"

namespace onefold {

// Pictures of convolution kernels in a diverging colour map: blue below zero, orange above, no colour at zero. The
// colours are CSS classes of a picture file's style; shapes use the colour of their class through currentColor.

/// Filters [R, S, inputs, outputs] as a grid of small kernels, one column per input channel and one row per output
/// channel. Each has at least 3x3 cells, so that a 1x1 kernel shows where it lies in a 3x3 one. Values of +-limit and
/// beyond have the strongest colours.
Svg filter_drawing(const Tensor& filters, double limit, const std::string& label);

/// One value per tap, [R, S], with the values written in the cells.
Svg magnitude_drawing(const Tensor& map, double limit, const std::string& label);

/// A limit that shows small values, too: the 98th percentile of |k| among the values that are not zero.
double colour_limit(const std::vector<Tensor>& tensors);

/// The CSS of the colours, for a light background.
std::string colour_style();

}  // namespace onefold
