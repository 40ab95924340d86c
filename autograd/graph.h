#pragma once

#include <string>

#include "autograd/variable.h"

namespace onefold {

/// The history of a result as Graphviz text: `dot -Tsvg` draws it. A box is an op with its result's shape, a filled
/// ellipse a parameter, a dashed ellipse data; arrows lead from inputs to results. A value used twice is drawn once.
/// The same graph gives the same text. Throws Error if the variable is undefined or backward() has freed its history.
std::string graphviz(const Variable& result);

}  // namespace onefold
