#include "layers/batch_norm.h"

#include <sstream>

#include "core/check.h"
#include "layers/conv2d.h"
#include "layers/fold/fold_error.h"

namespace onefold {

namespace {

Shape channel_shape(int64_t channels) {
  check(channels >= 1, "BatchNorm2d: ", channels, " channels, expected at least 1");
  return {channels};
}

/// (1 - momentum) running + momentum batch_factor batch, as a new tensor, since the old one may be shared.
Tensor moved_towards(const Tensor& running, const Tensor& batch, Real momentum, Real batch_factor) {
  Tensor moved(running.shape());
  for (int64_t c = 0; c < running.size(); ++c) {
    moved[c] = (1 - momentum) * running[c] + momentum * batch_factor * batch[c];
  }
  return moved;
}

}  // namespace

BatchNorm2d::BatchNorm2d(int64_t channels, Real eps, Real momentum)
    : gamma_(Tensor::full(channel_shape(channels), 1), true), beta_(Tensor::zeros({channels}), true),
      running_mean_(Tensor::zeros({channels})), running_var_(Tensor::full({channels}, 1)), eps_(eps),
      momentum_(momentum) {
  check(eps > 0, "BatchNorm2d: eps is ", eps, ", it must be above 0, because a channel's variance can be 0");
  check(momentum >= 0 && momentum <= 1, "BatchNorm2d: momentum is ", momentum, ", it must be between 0 and 1");
}

Variable BatchNorm2d::forward(const Variable& x) {
  const NormInput input = norm_input(x);
  return batch_norm(input.x, input.gamma, input.beta, input.statistics, statistics_of(), eps_);
}

void BatchNorm2d::visit(Visitor& visitor) {
  visitor.parameter("weight", gamma_);
  visitor.parameter("bias", beta_);
  visitor.buffer("running_mean", running_mean_);
  visitor.buffer("running_var", running_var_);
}

std::string BatchNorm2d::description() const { return "BatchNorm2d " + std::to_string(gamma_.shape()[0]); }

NormInput BatchNorm2d::norm_input(const Variable& x) {
  const int64_t channels = gamma_.shape()[0];
  check(x.shape().rank() == 4 && x.shape()[-1] == channels, "BatchNorm2d: input ", x.shape(), " must be images [N H W ",
        channels, "]");
  // [norm-input]
  if (!training()) return {x, gamma_, beta_, {running_mean_, running_var_}};

  const ChannelStatistics batch = channel_statistics(x.value());
  observe(batch, x.shape().rows());
  return {x, gamma_, beta_, batch};
  // [/norm-input]
}

void BatchNorm2d::observe(const ChannelStatistics& batch, int64_t rows) {
  check(rows > 1, "BatchNorm2d: a batch has ", rows,
        " value per channel, which has no variance; train on larger batches or images, or call eval()");
  const Real unbiased = static_cast<Real>(static_cast<double>(rows) / static_cast<double>(rows - 1));
  running_mean_ = moved_towards(running_mean_, batch.mean, momentum_, 1);
  running_var_ = moved_towards(running_var_, batch.variance, momentum_, unbiased);
}

FixedBatchNorm BatchNorm2d::fixed() const {
  check_evaluation_mode(*this);
  check_finite("weight", gamma_.value());
  check_finite("bias", beta_.value());
  check_finite("running_mean", running_mean_);
  check_finite("running_var", running_var_);
  for (int64_t c = 0; c < running_var_.size(); ++c) {
    if (running_var_[c] >= 0) continue;
    std::ostringstream reason;
    reason << "running_var of channel " << c << " is " << running_var_[c]
           << ", a variance is never negative; the file is damaged, take an earlier state";
    throw FoldError(reason.str());
  }
  return {{running_mean_, running_var_}, gamma_.value(), beta_.value(), eps_};
}

std::unique_ptr<Module> BatchNorm2d::fold() const {
  const int64_t channels = gamma_.shape()[0];
  const DoubleKernel identity = identity_kernel(channels, channels, 1, 1);
  auto folded = std::make_unique<Conv2d>(fold_batch_norm(identity, fixed()).rounded(), conv2d_args(1, 0, channels));
  folded->eval();
  return folded;
}

void check_one_mode(const Module& block, const std::vector<const BatchNorm2d*>& norms) {
  for (const BatchNorm2d* norm : norms) {
    check(norm == nullptr || norm->training() == norms[0]->training(), block.type(),
          ": one of its batch norms is in training mode and another is not; call train() or eval() on the block");
  }
}

// [conv-norm-sum]
Variable conv_norm_sum(const Variable& x, const std::vector<TrainedBranch>& branches, Activation activation) {
  std::vector<ConvNormBranch> operands;
  for (const auto& [w, args, norm] : branches) operands.push_back({w, args, norm.gamma_, norm.beta_});
  std::vector<ChannelStatistics> statistics;
  const Variable y = conv_norm_sum(x, operands, activation, branches.front().norm.eps(), statistics);
  for (size_t b = 0; b < branches.size(); ++b) branches[b].norm.observe(statistics[b], y.shape().rows());
  return y;
}
// [/conv-norm-sum]

}  // namespace onefold
