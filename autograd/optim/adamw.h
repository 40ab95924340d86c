#pragma once

#include <vector>

#include "autograd/optim/optimizer.h"

namespace onefold {

/// Adam with decoupled weight decay. In step t of a parameter, with m and v starting at zero:
///   m = beta1 m + (1 - beta1) dw,  v = beta2 v + (1 - beta2) dw^2,
///   w -= rate (m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps) + weight_decay w).
/// Loshchilov, Hutter: "Decoupled Weight Decay Regularization", ICLR 2019, algorithm 2; as in PyTorch, the decay is
/// multiplied by the full rate, not only by the schedule.
struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
};

class AdamW : public Optimizer {
 public:
  /// Throws Error for a beta outside [0, 1) and for an eps that is not positive.
  /// State: first_moment.I, second_moment.I and steps.I, the number of steps taken.
  explicit AdamW(std::vector<ParameterGroup> groups, const AdamWOptions& options = {});

 private:
  void update(size_t index, Tensor& w, const Tensor& dw, double rate, double weight_decay) override;
  Tensor multiplier_of(const Tensor& scales) const override;

  AdamWOptions options_;
  std::vector<Tensor>& first_moment_ = memory("first_moment");
  std::vector<Tensor>& second_moment_ = memory("second_moment");
  std::vector<Tensor>& steps_ = memory("steps");  // one value per parameter
};

}  // namespace onefold
