#pragma once

#include <cstdint>
#include <vector>

#include "core/ops/batch_norm.h"
#include "core/tensor.h"

namespace onefold {

// The algebra of structural re-parameterization: every linear piece of a block becomes a convolution with bias, and
// pieces compose along a branch and add across branches. Pure functions, from value to value.
// Ding et al.: "RepVGG: Making VGG-style ConvNets Great Again", CVPR 2021, section 3.3.
//
// Convention: cross-correlation, as conv2d() computes it; element (r, s, i, o) of a weight [R, S, C / groups, K]
// takes input channel i of o's group to output channel o.

/// A convolution with bias as modules hold it: weight [R, S, C / groups, K], bias [K], undefined for none.
struct Kernel {
  Tensor weight;
  Tensor bias;
};

/// The same in double, whatever Real is: a fold computes in it from end to end and rounds once.
struct DoubleKernel {
  Shape shape;                 // [R, S, C / groups, K]
  std::vector<double> weight;  // in shape's order
  std::vector<double> bias;    // [K]; zero for none

  DoubleKernel() = default;                   // none
  explicit DoubleKernel(const Shape& shape);  // all zero
  DoubleKernel(const Kernel& kernel);         // NOLINT: implicit, a fold begins with what a module holds

  int64_t channels_out() const { return shape[-1]; }

  /// Where element (r, s, c, k) is in weight.
  size_t index(int64_t r, int64_t s, int64_t c, int64_t k) const {
    return static_cast<size_t>(((r * shape[1] + s) * shape[2] + c) * shape[3] + k);
  }
  double& at(int64_t r, int64_t s, int64_t c, int64_t k) { return weight[index(r, s, c, k)]; }
  double at(int64_t r, int64_t s, int64_t c, int64_t k) const { return weight[index(r, s, c, k)]; }

  /// The end of a fold. Throws Error where a number is beyond the range of Real.
  Kernel rounded() const;
};

/// A batch norm in evaluation mode, when all that it normalises by is constant. All vectors are [K].
struct FixedBatchNorm {
  ChannelStatistics statistics;
  Tensor gamma;
  Tensor beta;
  Real eps;
};

/// batch_norm(conv(x)) as one convolution: with t = gamma / sqrt(variance + eps), weight' = t weight and
/// bias' = beta + t (bias - mean). Throws Error for other channels, a negative variance or one that is NaN.
DoubleKernel fold_batch_norm(const DoubleKernel& kernel, const FixedBatchNorm& norm);

/// The same convolution with a larger kernel, zeros around it; its padding must grow by as much as the kernel on each
/// side, so a 1x1 with padding 0 becomes a 3x3 with padding 1. Throws Error where the centre would move.
DoubleKernel pad_kernel(const DoubleKernel& kernel, int64_t rows, int64_t columns);

/// The identity as a convolution of stride 1: one at the centre where input and output are the same channel,
/// E[centre, i, o] = 1 iff i = o mod (channels / groups), since i counts within o's group.
/// Throws Error for an even kernel, which has no centre, and for groups that do not divide the channels.
DoubleKernel identity_kernel(int64_t channels, int64_t groups, int64_t rows, int64_t columns);

/// The same convolution in a larger window of zeros: element (r, s) goes to (top + r, left + s). Its padding must grow
/// by `top` and `left`. Throws Error where it does not fit in.
DoubleKernel place_kernel(const DoubleKernel& kernel, int64_t top, int64_t left, int64_t rows, int64_t columns);

/// conv_1(x) + conv_2(x) + ... as one convolution. Throws Error for no kernels and for different shapes.
DoubleKernel add_kernels(const std::vector<DoubleKernel>& kernels);

}  // namespace onefold
