#pragma once

#include <memory>

#include "layers/fold/conv_relu.h"
#include "layers/fold/repvgg_block.h"

namespace onefold {

/// How much of a kernel's centre its new branches take over; the 3x3 keeps the rest. Any share is the same function,
/// but not the same start of a training.
struct UnfoldShares {
  double pointwise = 0.5;  // of the centre, to the 1x1 branch; 0 for none
  double identity = 0.25;  // of its diagonal, to the identity, where there can be one
};

/// The way back from fold(): a 3x3 convolution and its ReLU as the three branches of a RepVGG block, so that a folded
/// network can be fine-tuned in training form. Each branch gets a batch norm with the statistics of its map on
/// `images` [N, H, W, in], which should be what reaches the block of a few hundred images, and with gamma and beta that
/// undo it. So in evaluation mode the block computes what `folded` does, up to rounding, and in training mode nearly so
/// on images like these. It is returned in training mode. Throws Error for anything but a 3x3 with padding 1 and the
/// same stride along both axes, for images of other channels, and for fewer than two pixels, which have no variance.
std::unique_ptr<RepVggBlock> unfold(const ConvRelu& folded, const Tensor& images, const UnfoldShares& shares = {});

/// The same of its kernel and arguments.
std::unique_ptr<RepVggBlock> unfold(const Kernel& kernel, const Conv2dArgs& args, const Tensor& images,
                                    const UnfoldShares& shares = {});

}  // namespace onefold
