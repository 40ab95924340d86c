#pragma once

#include <string>

#include "core/tensor.h"
#include "examples/support/html.h"

namespace onefold {

// Pictures of convolution kernels in a diverging colour map: blue below zero, orange above, no colour at zero. The
// colours are classes of the page's style, so that a picture is right on a light and on a dark page; a shape has its
// class's colour as currentColor.

/// Filters [R, S, inputs, outputs] as a field of small maps, a column an input channel and a row an output channel.
/// Every filter has 3x3 places, so that a 1x1 kernel shows where it lies in a 3x3 one; larger kernels have their own.
/// Values of +-limit and beyond have the strongest colours.
Html filter_picture(const Tensor& filters, double limit, const std::string& label);

/// A map [R, S] with its numbers written in.
Html magnitude_picture(const Tensor& map, double limit, const std::string& label);

/// The same two without the page's frame, for a picture_file().
Html filter_drawing(const Tensor& filters, double limit, const std::string& label);
Html magnitude_drawing(const Tensor& map, double limit, const std::string& label);

/// The colours from -limit to limit with both numbers.
Html colour_scale(double limit);

/// A limit that shows the small numbers too: the 98th percentile of |k| among those that are not zero.
double colour_limit(const std::vector<Tensor>& tensors);

/// The style of the colours, light and dark; and light alone.
std::string colour_style();
std::string light_colours();

}  // namespace onefold
