#pragma once

#include <string>

#include "autograd/variable.h"

namespace onefold {

/// The history of a result as Graphviz text: `dot -Tsvg` draws it. A box is an op with the shape of its result, a
/// filled ellipse a parameter, a dashed ellipse data; an arrow leads from what went in. What is used twice is drawn
/// once. The same graph gives the same text. Throws Error for no variable, and for a history that backward() has freed.
std::string graphviz(const Variable& result);

}  // namespace onefold
