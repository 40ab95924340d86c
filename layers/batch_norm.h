#pragma once

#include <memory>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "layers/fold/kernel.h"
#include "layers/module.h"

namespace onefold {

struct TrainedBranch;

/// Batch norm of images [N, H, W, C], channel by channel: gamma (x - mean) / sqrt(variance + eps) + beta.
/// Ioffe, Szegedy: "Batch Normalization", ICML 2015.
///
/// In training, mean and variance are those of the batch, and the running ones move towards them by `momentum`; in
/// evaluation they are the running ones. As in PyTorch, a batch is normalised by its biased variance (divided by n) and
/// the running variance keeps the unbiased one (by n - 1).
///
/// Parameters: weight (gamma, one at the start), bias (beta, zero). Buffers: running_mean (zero), running_var (one).
/// Alone it folds to a depthwise 1x1 convolution with bias, a scale and a shift; after a convolution, into that one.
class BatchNorm2d : public Module {
 public:
  static constexpr Real kEps = Real(1e-5);

  explicit BatchNorm2d(int64_t channels, Real eps = kEps, Real momentum = Real(0.1));

  /// Throws Error for other channels, and in training for a batch of one row, which has no variance.
  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

  int64_t channels() const { return gamma_.shape()[0]; }

  /// What forward() normalises by, for the fused norm_sum() of a block; in training it moves the running statistics.
  NormInput norm_input(const Variable& x);

  /// Whose statistics norm_input() gives: the batch's in training, else the running ones.
  StatisticsOf statistics_of() const { return training() ? StatisticsOf::batch : StatisticsOf::running; }

  /// The four vectors and eps of evaluation mode. Throws FoldError in training mode, for a negative variance, and for
  /// a NaN or an infinite number.
  FixedBatchNorm fixed() const;

  Real eps() const { return eps_; }

  /// Sets every gamma: for a branch that is to begin smaller than one.
  void set_gamma(Real gamma) { gamma_.set_value(Tensor::full(gamma_.shape(), gamma)); }

 private:
  friend Variable conv_norm_sum(const Variable& x, const std::vector<TrainedBranch>& branches, Activation activation);

  /// Moves the running statistics towards those of a batch of that many rows. Throws Error for one row, see forward().
  void observe(const ChannelStatistics& batch, int64_t rows);

  Variable gamma_;
  Variable beta_;
  Tensor running_mean_;
  Tensor running_var_;
  Real eps_;
  Real momentum_;
};

/// A branch of a block in training: convolution by w, or x itself if w is undefined, then the batch norm.
struct TrainedBranch {
  Variable w;
  Conv2dArgs args;
  BatchNorm2d& norm;
};

/// activation(sum of branches) in one op, by the statistics of the batch; the running ones move towards them. All norms
/// must have the same eps.
Variable conv_norm_sum(const Variable& x, const std::vector<TrainedBranch>& branches, Activation activation);

/// Throws Error unless all batch norms of a block are in one mode, which an op that normalises all branches needs. Null
/// pointers are skipped.
void check_one_mode(const Module& block, const std::vector<const BatchNorm2d*>& norms);

}  // namespace onefold
