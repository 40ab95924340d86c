#pragma once

#include <memory>

#include "layers/fold/conv_relu.h"
#include "layers/fold/repvgg_block.h"
#include "layers/models/plain_vgg.h"
#include "layers/models/repvgg.h"

namespace onefold {

/// The share of a kernel's centre that moves to the new branches; the 3x3 keeps the rest. Any share gives the same
/// function, but another starting point for training.
struct UnfoldShares {
  double pointwise = 0.5;  // of the centre, to the 1x1 branch; 0: no such branch
  double identity = 0.25;  // of its diagonal, to the identity branch, if there can be one
};

/// The inverse of fold(): turns a 3x3 convolution and its ReLU into the three branches of a RepVGG block, so that a
/// folded network can be fine-tuned in training form. Each branch gets a batch norm with the statistics of its feature
/// map on `images` [N, H, W, in], and with gamma and beta that cancel it. `images` should be the block's inputs for a
/// few hundred images. So the block computes the same as `folded` in evaluation mode, up to rounding, and nearly the
/// same in training mode on similar images. It is returned in training mode. Throws Error unless the convolution is a
/// 3x3 with padding 1 and equal strides along both axes, if the images have other channels, and if they have fewer
/// than two pixels, and so no variance.
std::unique_ptr<RepVggBlock> unfold(const ConvRelu& folded, const Tensor& images, const UnfoldShares& shares = {});

/// The same, from kernel and arguments.
std::unique_ptr<RepVggBlock> unfold(const Kernel& kernel, const Conv2dArgs& args, const Tensor& images,
                                    const UnfoldShares& shares = {});

/// The inverse of folding a network: gives every block of `unfolded`, a network of RepVggBlocks of the same size, the
/// state that unfold() computes from the folded block and its inputs for `images`. Throws Error if blocks are of
/// another kind, or if a whitening layer was trained after folding.
void unfold_network(Vgg& folded, const Tensor& images, Vgg& unfolded);

}  // namespace onefold
