#pragma once

#include <memory>
#include <string>
#include <vector>

#include "layers/fold/block_options.h"
#include "layers/calculus/linear_block.h"

namespace onefold {

// The families of re-parameterizable blocks by name. Each is a file pair of this folder; a new one has a line in the
// table of families.cpp.

/// The names: "none", which is the plain block, "repvgg", "acb", ...
std::vector<std::string> family_names();

/// Throws Error, listing the names, for any other.
void check_family(const std::string& name);

/// A block of that family in place of a 3x3 convolution, its batch norm and its activation, with first weights of its
/// own. Throws Error, naming the family and the block, for an unknown name and for a block that the family
/// has no room for.
std::unique_ptr<Module> make_block(const std::string& family, const BlockOptions& options, Initializer& initializer);

}  // namespace onefold
