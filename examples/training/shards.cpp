#include "examples/training/shards.h"

#include <string>
#include <utility>

#include "core/ops/elementwise.h"
#include "examples/cli/program.h"
#include "examples/cli/ranks.h"

namespace onefold {

namespace {

struct Buffers : Visitor {
  std::vector<Tensor*> found;

  void parameter(const std::string&, Variable&) override {}
  void buffer(const std::string&, Tensor& value) override { found.push_back(&value); }
  void child(const std::string&, Module& module) override { module.visit(*this); }
};

void append(std::vector<Real>& values, const Tensor& tensor) {
  values.insert(values.end(), tensor.data(), tensor.data() + tensor.size());
}

}  // namespace

void check_shards(int64_t shards, int64_t batch_size) {
  const std::string begin = "--shards " + std::to_string(shards) + ": ";
  if (shards < 1) throw UsageError(begin + "needs at least 1");
  if (batch_size % shards != 0) {
    throw UsageError(begin + "batches of " + std::to_string(batch_size) +
                     " images cannot be divided into as many equal parts; choose a divisor, or another --batch-size");
  }
  if (shards % ranks() != 0) {
    throw UsageError(begin + "cannot be dealt out equally to " + std::to_string(ranks()) +
                     " ranks; start mpirun with a number of ranks that divides it");
  }
}

ShardMean::ShardMean(Module& network, int64_t shards)
    : shards_(static_cast<double>(shards)), parameters_(parameters(network)) {
  Buffers buffers;
  network.visit(buffers);
  buffers_ = std::move(buffers.found);
  for (const Tensor* buffer : buffers_) before_.push_back(*buffer);
}

// [shard-mean]
void ShardMean::add(const StepResult& shard) {
  std::vector<Real> values;
  values.reserve(sums_.size());
  for (Variable& parameter : parameters_) {
    append(values, parameter.grad());
    parameter.clear_grad();
  }
  for (size_t i = 0; i < buffers_.size(); ++i) {
    append(values, subtract(*buffers_[i], before_[i]));
    *buffers_[i] = before_[i];
  }
  for (const double value : {shard.loss, double(shard.images), double(shard.correct)}) values.push_back(Real(value));
  sums_.resize(values.size());
  add_in_rank_order(std::move(values), sums_);
}

StepResult ShardMean::finish() {
  const Real* next = sums_.data();
  const auto take_mean = [&](const Shape& shape) {
    Tensor mean(shape);
    for (int64_t i = 0; i < mean.size(); ++i) mean[i] = *next++ / static_cast<Real>(shards_);
    return mean;
  };
  for (const Variable& parameter : parameters_) parameter.backward(take_mean(parameter.shape()));
  for (size_t i = 0; i < buffers_.size(); ++i) *buffers_[i] = onefold::add(before_[i], take_mean(before_[i].shape()));
  return {next[0] / shards_, static_cast<int64_t>(next[1]), static_cast<int64_t>(next[2])};
}
// [/shard-mean]

}  // namespace onefold
