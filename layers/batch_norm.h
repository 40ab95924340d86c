#pragma once

#include <memory>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "layers/fold/kernel.h"
#include "layers/module.h"

namespace onefold {

struct TrainedBranch;

/// Batch norm of images [N, H, W, C], per channel: gamma (x - mean) / sqrt(variance + eps) + beta.
/// Ioffe, Szegedy: "Batch Normalization", ICML 2015.
///
/// In training mode, mean and variance are those of the batch, and the running statistics move towards them by
/// `momentum`; in evaluation mode they are the running statistics. As in PyTorch, a batch is normalised by its biased
/// variance (divided by n), while the running variance stores the unbiased one (divided by n - 1).
///
/// Parameters: weight (gamma, initially one), bias (beta, initially zero). Buffers: running_mean (initially zero),
/// running_var (initially one). On its own it folds to a depthwise 1x1 convolution with bias; after a convolution it
/// folds into that convolution.
class BatchNorm2d : public Module {
 public:
  static constexpr Real kEps = Real(1e-5);

  explicit BatchNorm2d(int64_t channels, Real eps = kEps, Real momentum = Real(0.1));

  /// Throws Error if the channels differ, and in training mode if a channel has a single value and so no variance.
  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

  int64_t channels() const { return gamma_.shape()[0]; }

  /// The input of the fused norm_sum() of a block. In training mode this updates the running statistics.
  NormInput norm_input(const Variable& x);

  /// Whose statistics norm_input() returns: the batch's in training mode, else the running ones.
  StatisticsOf statistics_of() const { return training() ? StatisticsOf::batch : StatisticsOf::running; }

  /// The statistics, gamma, beta and eps of evaluation mode. Throws FoldError in training mode, and if a variance is
  /// negative or a value is NaN or infinite.
  FixedBatchNorm fixed() const;

  Real eps() const { return eps_; }

  /// Sets every gamma, for a branch that should start with a smaller weight.
  void set_gamma(Real gamma) { gamma_.set_value(Tensor::full(gamma_.shape(), gamma)); }

 private:
  friend Variable conv_norm_sum(const Variable& x, const std::vector<TrainedBranch>& branches, Activation activation);

  /// Moves the running statistics towards those of a batch of `rows` rows. Throws Error for one row, see forward().
  void observe(const ChannelStatistics& batch, int64_t rows);

  Variable gamma_;
  Variable beta_;
  Tensor running_mean_;
  Tensor running_var_;
  Real eps_;
  Real momentum_;
};

/// A branch of a block in training: a convolution by w, or x itself if w is undefined, followed by the batch norm.
struct TrainedBranch {
  Variable w;
  Conv2dArgs args;
  BatchNorm2d& norm;
};

/// activation(sum of branches) in one op, normalised by the statistics of the batch. Updates the running statistics.
/// All norms must have the same eps.
Variable conv_norm_sum(const Variable& x, const std::vector<TrainedBranch>& branches, Activation activation);

/// Throws Error unless all batch norms of a block are in the same mode, as an op that normalises all branches at once
/// requires. Null pointers are skipped.
void check_one_mode(const Module& block, const std::vector<const BatchNorm2d*>& norms);

}  // namespace onefold
