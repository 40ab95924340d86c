#pragma once

#include <functional>
#include <memory>

#include "examples/labs/wrong_folds.h"
#include "layers/calculus/linear_block.h"

namespace onefold {

/// Makes the replacement for a trained block in a network with a mistake; null if the mistake cannot be made in that
/// block, or would not change it. Block and replacement are in evaluation mode; `x` is the input of the block.
using WrongBlock = std::function<std::unique_ptr<Module>(Module& block, const Tensor& x)>;

/// A RepVGG block folded with that mistake.
WrongBlock wrong_in_repvgg(const BlockFold& fold);

// In diverse branch blocks. These two are not mistakes of the fold, which is one kernel for both forms, but of the
// block in training form: they change its output on the border.

/// The feature maps between two convolutions, and between convolution and average, are padded with zeros; section 3.3
/// of the paper pads with what the batch norm makes of zero.
std::unique_ptr<Module> zeros_between(Module& block, const Tensor& x);

/// The average is computed by average_of_pixels_inside().
std::unique_ptr<Module> average_inside(Module& block, const Tensor& x);

}  // namespace onefold
