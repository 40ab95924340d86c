#pragma once

#include <vector>

#include "autograd/optim/optimizer.h"

namespace onefold {

/// The orthogonal matrix nearest to `matrix` [rows, columns], roughly: with the singular value decomposition U S V^T it
/// is U V^T, and this is U S' V^T with S' within about 0.7 and 1.2 after five steps, for singular values of at least
/// some thousandths of all together. Each step takes X, first scaled to a Frobenius norm of 1, to
///   a X + (b A + c A^2) X,  A = X X^T,
/// an odd polynomial of the singular values that drives them all towards 1: three products and no decomposition.
/// Newton and Schulz's iteration with coefficients made for few steps, of Jordan et al. (see Muon). Zeros stay zeros.
Tensor orthogonalized(const Tensor& matrix, int steps = 5);

/// Momentum, orthogonalised: each step moves a weight by as much in every direction that the gradient has, not by most
/// in the few that are largest. For weights that are matrices, or convolutions taken for one, [R S C, K]. With
/// gradient dw, and v starting at zero:
///   v = momentum v + dw,  u = orthogonalized(dw + momentum v),  w = w sqrt(K) / |w| - rate u.
/// The weights are brought to one length first, an output channel's about 1: behind a batch norm the length changes
/// nothing but what a rate means. So a rate is a share of the weight that is replaced in a step, there is no decay, and
/// a group's is not used.
/// Jordan, Jin, Boza, You, Cesista, Newhouse, Bernstein: "Muon: An optimizer for hidden layers in neural networks",
/// 2024.
struct MuonOptions {
  double momentum = 0.6;
  int steps = 3;  // of the iteration: more are nearer to orthogonal, and were not better
};

class Muon : public Optimizer {
 public:
  /// Throws Error for a parameter of fewer than two dimensions, a momentum outside [0, 1) and fewer than one step.
  /// State: momentum.I.
  explicit Muon(std::vector<ParameterGroup> groups, const MuonOptions& options = {});

 private:
  void update(size_t index, Tensor& w, const Tensor& dw, double rate, double weight_decay) override;

  MuonOptions options_;
  std::vector<Tensor>& momentum_ = memory("momentum");
};

}  // namespace onefold
