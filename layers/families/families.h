#pragma once

#include <memory>
#include <string>
#include <vector>

#include "layers/calculus/linear_block.h"
#include "layers/fold/block_options.h"

namespace onefold {

// The families of re-parameterizable blocks by name. Each has its own file in this folder or in weights/, RepVGG in
// layers/fold; a new one gets a row in the table of families.cpp.

/// The names: "none", the plain block, "repvgg", "acb", ...
std::vector<std::string> family_names();

/// Throws Error for any other name and lists the valid ones.
void check_family(const std::string& name);

/// A block of that family in place of a 3x3 convolution, its batch norm and its activation, with new initial weights.
/// Throws Error, naming the family and the block, if the name is unknown or the family does not support the block.
std::unique_ptr<Module> make_block(const std::string& family, const BlockOptions& options, Initializer& initializer);

}  // namespace onefold
