#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "layers/initializer.h"
#include "layers/module.h"
#include "layers/models/vgg.h"

namespace onefold {

/// Replaces the 3x3 convolutions of any model by blocks of a family, before training; fold() takes the branches out
/// again.
///
///     insert_branches(network, "dbb", initializer);
///
/// Looks into each Sequential of the model for a 3x3 convolution with padding 1 and a batch norm behind it; the ReLU
/// behind that, where there is one, belongs to the block, and the layers after it move up. A convolution that the
/// family has no room for stays as it is, as does one that is the member of a module of another kind: there write
/// make_block() instead. The blocks begin with first weights of their own. Returns their names in the model's state, in
/// order.
///
/// Throws Error, naming family and block, where nothing is replaced; the model then stays as it was.
std::vector<std::string> insert_branches(Module& model, const std::string& family, Initializer& initializer);

/// The same with blocks that are in no table. `make` throws Error where there is no room for one:
///
///     insert_branches(network, [&](const BlockOptions& options) {
///       return std::make_unique<MyBlock>(options, initializer);
///     });
std::vector<std::string> insert_branches(Module& model, const MakeBlock& make);

}  // namespace onefold
