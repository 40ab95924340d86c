#include "autograd/ops.h"
#include "core/ops/elementwise.h"

namespace onefold {

Variable batch_norm(const Variable& x, const Variable& gamma, const Variable& beta, const ChannelStatistics& statistics,
                    StatisticsOf of, Real eps) {
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
  std::vector<GradientInto> needs_dx;
  for (const NormInput& branch : branches) {
    saved.push_back({branch.x.value(), branch.statistics, branch.gamma.value(), branch.beta.value()});
    inputs.insert(inputs.end(), {branch.x, branch.gamma, branch.beta});
    needs_dx.push_back(branch.x.requires_grad() ? GradientInto::new_tensor : GradientInto::nothing);
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

// [conv-norm-sum]
Variable conv_norm_sum(const Variable& x, const std::vector<ConvNormBranch>& branches, Activation activation, Real eps,
                       std::vector<ChannelStatistics>& statistics) {
  struct Convolution {
    Tensor w;  // undefined: an identity
    Conv2dArgs args;
    bool needs_dw;
  };
  std::vector<Convolution> convolutions;  // one per branch
  std::vector<NormBranch> normed;
  std::vector<GradientInto> dmaps;
  std::vector<Variable> inputs{x};  // then w (if defined), gamma and beta of each branch
  for (const auto& [w, args, gamma, beta] : branches) {
    const bool identity = !w.defined();
    ChannelStatistics of_map;
    if (identity) of_map = channel_statistics(x.value());
    convolutions.push_back({identity ? Tensor() : w.value(), args, w.requires_grad()});
    const Tensor map = identity ? x.value() : conv2d_with_statistics(x.value(), w.value(), args, of_map);
    normed.push_back({map, of_map, gamma.value(), beta.value()});

    // A convolution's feature map is used nowhere else: its gradient may overwrite it.
    const GradientInto of_x = x.requires_grad() ? GradientInto::new_tensor : GradientInto::nothing;
    dmaps.push_back(identity ? of_x : GradientInto::buffer_of_x);
    if (!identity) inputs.push_back(w);
    inputs.insert(inputs.end(), {gamma, beta});
  }

  statistics.clear();
  for (const NormBranch& branch : normed) statistics.push_back(branch.statistics);
  const Tensor y = norm_sum_forward(normed, activation, eps);
  const auto backward = [x = x.value(), needs_dx = x.requires_grad(), convolutions, normed, dmaps, y, activation,
                         eps](const Tensor& dy) -> Grads {
    auto norms = norm_sum_backward(dy, y, normed, dmaps, activation, StatisticsOf::batch, eps);
    Tensor dx;
    for (size_t b = 0; b < convolutions.size(); ++b) {
      if (!convolutions[b].w.defined()) dx = dx.defined() ? add_to(std::move(dx), norms[b].dx) : std::move(norms[b].dx);
    }
    Grads grads{Tensor()};
    for (size_t b = 0; b < convolutions.size(); ++b) {
      const auto& [w, args, needs_dw] = convolutions[b];
      if (w.defined()) {
        const Tensor dmap = std::move(norms[b].dx);
        grads.push_back(needs_dw ? conv2d_backward_weight(dmap, x, w.shape(), args) : Tensor());
        if (needs_dx) dx = conv2d_backward_input(dmap, w, x.shape(), args, std::move(dx));
      }
      grads.insert(grads.end(), {norms[b].dgamma, norms[b].dbeta});
    }
    grads[0] = dx;
    return grads;
  };
  return record("conv_norm_sum", y, inputs, backward);
}
// [/conv-norm-sum]

}  // namespace onefold
