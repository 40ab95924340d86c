#pragma once

#include <cstdint>
#include <vector>

#include "core/ops/batch_norm.h"
#include "core/tensor.h"

namespace onefold {

// The algebra of structural re-parameterization. Every linear layer of a block becomes a convolution with bias;
// convolutions compose along a branch and add across branches. These are pure functions on values.
// Ding et al.: "RepVGG: Making VGG-style ConvNets Great Again", CVPR 2021, section 3.3.
//
// Convention: cross-correlation, as conv2d() computes it. Element (r, s, i, o) of a weight [R, S, C / groups, K]
// connects input channel i of o's group to output channel o.

/// The weights of a convolution as modules hold them: weight [R, S, C / groups, K], bias [K] or undefined.
struct Kernel {
  Tensor weight;
  Tensor bias;
};

/// The same in double, whatever Real is: a fold computes in double throughout and rounds once, at the end.
struct DoubleKernel {
  Shape shape;                 // [R, S, C / groups, K]
  std::vector<double> weight;  // in shape's order
  std::vector<double> bias;    // [K]; zero if the convolution has none

  DoubleKernel() = default;                   // empty
  explicit DoubleKernel(const Shape& shape);  // all zero
  DoubleKernel(const Kernel& kernel);         // NOLINT: implicit on purpose, a fold starts from a module's kernel

  int64_t channels_out() const { return shape[-1]; }

  /// The index of element (r, s, c, k) in `weight`.
  size_t index(int64_t r, int64_t s, int64_t c, int64_t k) const {
    return static_cast<size_t>(((r * shape[1] + s) * shape[2] + c) * shape[3] + k);
  }
  double& at(int64_t r, int64_t s, int64_t c, int64_t k) { return weight[index(r, s, c, k)]; }
  double at(int64_t r, int64_t s, int64_t c, int64_t k) const { return weight[index(r, s, c, k)]; }

  /// Rounds to Real, the last step of a fold. Throws Error if a value is outside the range of Real.
  Kernel rounded() const;
};

/// A batch norm in evaluation mode, with constant statistics. All vectors are [K].
struct FixedBatchNorm {
  ChannelStatistics statistics;
  Tensor gamma;
  Tensor beta;
  Real eps;
};

/// batch_norm(conv(x)) as one convolution: with t = gamma / sqrt(variance + eps), weight' = t weight and
/// bias' = beta + t (bias - mean). Throws Error if the channels differ or a variance is negative or NaN.
DoubleKernel fold_batch_norm(const DoubleKernel& kernel, const FixedBatchNorm& norm);

/// The same convolution with a larger kernel, padded with zeros. The convolution's padding must grow by as much as
/// the kernel does on each side: a 1x1 with padding 0 becomes a 3x3 with padding 1. Throws Error if the centre would
/// move.
DoubleKernel pad_kernel(const DoubleKernel& kernel, int64_t rows, int64_t columns);

/// The identity as a convolution of stride 1: one at the centre if input and output channel are the same, else zero.
/// i counts within o's group, so E[centre, i, o] = 1 iff i = o mod (channels / groups).
/// Throws Error if the kernel size is even, which leaves no centre, or if groups do not divide the channels.
DoubleKernel identity_kernel(int64_t channels, int64_t groups, int64_t rows, int64_t columns);

/// The same convolution in a larger window of zeros: element (r, s) goes to (top + r, left + s). Its padding must grow
/// by `top` and `left`. Throws Error if it does not fit.
DoubleKernel place_kernel(const DoubleKernel& kernel, int64_t top, int64_t left, int64_t rows, int64_t columns);

/// conv_1(x) + conv_2(x) + ... as one convolution. Throws Error for no kernels and for different shapes.
DoubleKernel add_kernels(const std::vector<DoubleKernel>& kernels);

}  // namespace onefold
