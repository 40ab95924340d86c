#pragma once

#include <cstdint>
#include <vector>

#include "autograd/variable.h"
#include "core/tensor.h"
#include "layers/module.h"

namespace onefold {

/// Throws UsageError unless batches of that size divide into that many equal shards, and all ranks get as many.
void check_shards(int64_t shards, int64_t batch_size);

/// What a step found out about its images.
struct StepResult {
  double loss = 0;  // the mean
  int64_t images = 0, correct = 0;
};

/// Trains on a batch shard by shard, as if each shard had a machine to itself: rank r computes the shards r, r + R,
/// r + 2 R ... of R ranks. A step follows the mean of the shards' gradients, taken in the order of the shards, so its
/// bits do not depend on the number of ranks.
///
/// Batch norms normalise with the statistics of a shard; their running statistics, from the same values in each shard,
/// become the mean of what the shards make of them. A network without batch norms learns as it would from the whole
/// batch, but for rounding.
class ShardMean {
 public:
  ShardMean(Module& network, int64_t shards);

  /// After the backward pass of a shard: adds its result, its gradients and the changes of buffers to the sums,
  /// together with the other ranks, see cli/ranks.h. The buffers become what they were, for the next shard.
  void add(const StepResult& shard);

  /// After the last one: gives the network the mean gradients and buffers; returns the result of the whole batch.
  StepResult finish();

 private:
  double shards_;
  std::vector<Variable> parameters_;
  std::vector<Tensor*> buffers_;
  std::vector<Tensor> before_;  // the buffers' values
  std::vector<Real> sums_;      // gradients, changes of buffers, loss, images, correct
};

}  // namespace onefold
