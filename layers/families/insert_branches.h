#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "layers/initializer.h"
#include "layers/models/vgg.h"
#include "layers/module.h"

namespace onefold {

/// Replaces the 3x3 convolutions of any model by blocks of a family, before training. fold() removes the branches
/// again.
///
///     insert_branches(network, "dbb", initializer);
///
/// Searches each Sequential of the model for a 3x3 convolution with padding 1 and a batch norm after it. A ReLU after
/// that becomes part of the block, and the layers after it get smaller numbers. Convolutions that the family does not
/// support are unchanged, as are direct members of other modules, which should call make_block() instead. The blocks
/// get new initial weights. Returns their names in the model's state, in order.
///
/// Throws Error, naming family and block, if nothing can be replaced; the model is then unchanged.
std::vector<std::string> insert_branches(Module& model, const std::string& family, Initializer& initializer);

/// The same with blocks of your own. `make` throws Error if it does not support a block:
///
///     insert_branches(network, [&](const BlockOptions& options) {
///       return std::make_unique<MyBlock>(options, initializer);
///     });
std::vector<std::string> insert_branches(Module& model, const MakeBlock& make);

}  // namespace onefold
