#pragma once

#include <string>

#include "layers/inspect/trace.h"

namespace onefold {

/// The graph of a network as an SVG file: a box per op, with what it is and the shape that it computes, from top to
/// bottom, branches side by side. An op that changes each element of one feature map by itself, such as a batch norm or
/// a ReLU, is a line of the box before it. `image` is the shape of the images, `counts` the line below the title.
std::string network_drawing(const std::string& title, const std::string& counts, const Trace& trace,
                            const Shape& image);

/// "32 x 32 x 16": a shape without its batch.
std::string shape_text(const Shape& output);

}  // namespace onefold
