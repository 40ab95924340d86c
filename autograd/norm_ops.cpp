#include "autograd/ops.h"

namespace onefold {

Variable batch_norm(const Variable& x, const Variable& gamma, const Variable& beta,
                    const ChannelStatistics& statistics, StatisticsOf of, Real eps) {
  return record("batch_norm", batch_norm_forward(x.value(), statistics, gamma.value(), beta.value(), eps),
                {x, gamma, beta},
                [x = x.value(), gamma = gamma.value(), statistics, of, eps](const Tensor& dy) -> Grads {
                  const auto backward = of == StatisticsOf::batch ? batch_norm_backward : batch_norm_backward_fixed;
                  const BatchNormGrads grads = backward(dy, x, statistics, gamma, eps);
                  return {grads.dx, grads.dgamma, grads.dbeta};
                });
}

Variable norm_sum(const std::vector<NormInput>& branches, Activation activation, StatisticsOf of, Real eps) {
  std::vector<NormBranch> saved;
  std::vector<Variable> inputs;  // x, gamma, beta of each branch in turn
  std::vector<bool> needs_dx;
  for (const NormInput& branch : branches) {
    saved.push_back({branch.x.value(), branch.statistics, branch.gamma.value(), branch.beta.value()});
    inputs.insert(inputs.end(), {branch.x, branch.gamma, branch.beta});
    needs_dx.push_back(branch.x.requires_grad());
  }

  const Tensor y = norm_sum_forward(saved, activation, eps);
  return record("norm_sum", y, inputs, [saved, y, needs_dx, activation, of, eps](const Tensor& dy) -> Grads {
    Grads grads;
    for (const BatchNormGrads& branch : norm_sum_backward(dy, y, saved, needs_dx, activation, of, eps)) {
      grads.insert(grads.end(), {branch.dx, branch.dgamma, branch.dbeta});
    }
    return grads;
  });
}

}  // namespace onefold
