#pragma once

#include <functional>
#include <memory>

#include "examples/labs/wrong_folds.h"
#include "layers/calculus/linear_block.h"

namespace onefold {

/// What stands for a trained block in a network with a mistake; null where it cannot be made in that block, or would
/// change nothing there. The block is in evaluation mode, as what is made; `x` is what reaches it.
using WrongBlock = std::function<std::unique_ptr<Module>(Module& block, const Tensor& x)>;

/// RepVGG blocks folded with that mistake.
WrongBlock wrong_in_repvgg(const BlockFold& fold);

// In diverse branch blocks. These two are no mistakes of the fold, which is one kernel for both forms, but of the block
// in training form, whose map they change on the border.

/// The maps between two convolutions, and between convolution and average, padded with zeros, where section 3.3 of the
/// paper has what the batch norm makes of zero.
std::unique_ptr<Module> zeros_between(Module& block, const Tensor& x);

/// The average by average_of_pixels_inside().
std::unique_ptr<Module> average_inside(Module& block, const Tensor& x);

}  // namespace onefold
