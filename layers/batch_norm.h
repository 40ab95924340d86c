#pragma once

#include <memory>
#include <string>

#include "autograd/ops.h"
#include "layers/reparam/linear_piece.h"

namespace onefold {

/// Batch norm of images [N, H, W, C], channel by channel: gamma (x - mean) / sqrt(variance + eps) + beta.
/// Ioffe, Szegedy: "Batch Normalization", ICML 2015.
///
/// In training, mean and variance are those of the batch, and the running ones move towards them by `momentum`; in
/// evaluation they are the running ones. As in PyTorch, a batch is normalised by its biased variance (divided by n) and
/// the running variance keeps the unbiased one (by n - 1).
///
/// Parameters: weight (gamma, one at the start), bias (beta, zero). Buffers: running_mean (zero), running_var (one).
/// Alone it folds to a depthwise 1x1 convolution with bias, a scale and a shift; after a convolution, into that one.
class BatchNorm2d : public LinearPiece {
 public:
  static constexpr Real kEps = Real(1e-5);

  explicit BatchNorm2d(int64_t channels, Real eps = kEps, Real momentum = Real(0.1));

  /// Throws Error for other channels, and in training for a batch of one row, which has no variance.
  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

  int64_t in_channels() const override { return gamma_.shape()[0]; }
  LinearForm linear(int64_t) const override { return batch_norm_form(fixed()); }

  /// What forward() normalises by, for the fused norm_sum() of a block; in training it moves the running statistics.
  NormInput norm_input(const Variable& x);

  /// The branch "convolve by w, then this norm" of the fused conv_norm_sum() of a block in training; no w: x itself.
  ConvNormBranch conv_norm_branch(const Variable& w, const Conv2dArgs& args) const { return {w, args, gamma_, beta_}; }

  /// Moves the running statistics towards those of a batch of so many rows. Throws Error for one row, see forward().
  void observe(const ChannelStatistics& batch, int64_t rows);

  /// Whose statistics norm_input() gives: the batch's in training, else the running ones.
  StatisticsOf statistics_of() const { return training() ? StatisticsOf::batch : StatisticsOf::running; }

  /// The four vectors and eps of evaluation mode. Throws FoldError in training mode, for a negative variance, and for
  /// a NaN or an infinite number.
  FixedBatchNorm fixed() const;

  Real eps() const { return eps_; }

  /// Sets every gamma: for a branch that is to begin smaller than one.
  void set_gamma(Real gamma) { gamma_.set_value(Tensor::full(gamma_.shape(), gamma)); }

 private:
  Variable gamma_;
  Variable beta_;
  Tensor running_mean_;
  Tensor running_var_;
  Real eps_;
  Real momentum_;
};

}  // namespace onefold
