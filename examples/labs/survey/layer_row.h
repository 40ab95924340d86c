#pragma once

#include <functional>
#include <memory>
#include <string>

#include "layers/models/survey/chain.h"

namespace onefold {

// Networks that are a plain row of layers, for labs that compare layers.

using AddLayer = std::function<void(Chain& net, int64_t width, int64_t stride)>;

/// A layer that is a block of one of the families of layers/families/families.h.
AddLayer block_of(const std::string& family);

/// The layers of a ResNet of that depth without its shortcuts: a stem and three stages of `width`, 2 width and 4 width
/// channels, of which the first have one layer more if three do not divide the layers. depth >= 5.
std::unique_ptr<Sequential> row_of(int64_t depth, int64_t width, int64_t classes, Initializer& initializer,
                                   const AddLayer& add);

}  // namespace onefold
