#pragma once

#include <string>

#include "layers/module.h"

namespace onefold {

/// The tree of modules, one indented line per module: name, description and number of parameters.
std::string summary(Module& module);

}  // namespace onefold
