#pragma once

#include <vector>

#include "autograd/optim/optimizer.h"

namespace onefold {

/// Approximates the orthogonal matrix nearest to `matrix` [rows, columns]: with the singular value decomposition
/// U S V^T that is U V^T; this is U S' V^T, with S' between about 0.7 and 1.2 after five steps, for singular values of
/// at least a few thousandths of the norm. X is scaled to a Frobenius norm of 1; each step then replaces it by
///   a X + (b A + c A^2) X,  A = X X^T,
/// an odd polynomial of the singular values that drives them all towards 1: three products and no decomposition.
/// This is the Newton-Schulz iteration with Jordan et al.'s coefficients for few steps (see Muon). Zeros stay zeros.
Tensor orthogonalized(const Tensor& matrix, int steps = 5);

/// Orthogonalised momentum: each step moves a weight equally far in every direction of the gradient, instead of mostly
/// along the few dominant ones. For weights that are matrices, and for convolutions as matrices [R S C, K]. For
/// gradient dw, with v starting at zero:
///   v = momentum v + dw,  u = orthogonalized(dw + momentum v),  w = w sqrt(K) / |w| - rate u.
/// The weights are first scaled to a fixed length, about 1 per output channel: before a batch norm the length affects
/// only what a rate means. So a rate is the share of the weight that a step replaces; there is no decay, and a group's
/// weight decay is ignored.
/// Jordan, Jin, Boza, You, Cesista, Newhouse, Bernstein: "Muon: An optimizer for hidden layers in neural networks",
/// 2024.
struct MuonOptions {
  double momentum = 0.6;
  int steps = 3;  // of the iteration: more come closer to orthogonal, but trained no better
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
