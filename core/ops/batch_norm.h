#pragma once

#include "core/tensor.h"

namespace onefold {

/// Mean and (biased) variance per channel, both [C].
struct ChannelStatistics {
  Tensor mean;
  Tensor variance;
};

/// Statistics of a channels-last tensor [..., C] over all axes but the last. Throws Error if the tensor has no rows.
ChannelStatistics channel_statistics(const Tensor& x);

/// y = gamma (x - mean) / sqrt(variance + eps) + beta, per channel; gamma and beta are [C].
/// Ioffe, Szegedy: "Batch Normalization", ICML 2015, algorithm 1.
Tensor batch_norm_forward(const Tensor& x, const ChannelStatistics& statistics, const Tensor& gamma, const Tensor& beta,
                          Real eps);

struct BatchNormGrads {
  Tensor dx;
  Tensor dgamma;
  Tensor dbeta;
};

/// Gradients in training mode, in which the statistics are those of x and so propagate gradient:
/// dx = gamma / sigma (dy - mean(dy) - xhat mean(dy xhat)).
BatchNormGrads batch_norm_backward(const Tensor& dy, const Tensor& x, const ChannelStatistics& statistics,
                                   const Tensor& gamma, Real eps);

/// Gradients in evaluation mode, in which the statistics are constants: dx = gamma / sigma dy.
BatchNormGrads batch_norm_backward_fixed(const Tensor& dy, const Tensor& x, const ChannelStatistics& statistics,
                                         const Tensor& gamma, Real eps);

}  // namespace onefold
