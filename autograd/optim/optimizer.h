#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "autograd/state.h"
#include "autograd/variable.h"

namespace onefold {

/// Parameters that share a learning rate and a weight decay: batch norms and biases usually form a group without decay.
struct ParameterGroup {
  std::vector<Variable> parameters;
  double learning_rate = 0;
  double weight_decay = 0;
};

/// Elements of a parameter that a thread moves at a time: enough to outweigh the cost of scheduling.
constexpr int64_t kParameterGrain = 16384;

/// Moves parameters against their gradients: in place, but tensors that share a parameter's buffer keep their values.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// One step with each group's rate, learning_rate * rate_scale; rate_scale is the schedule's value. A parameter
  /// without a gradient does not change, nor does its state. The same bits for any number of threads.
  /// Throws Error for a negative or non-finite scale.
  void step(double rate_scale = 1);

  /// From now on `parameter` moves as a sum of branches would, each branch being a tensor of its own times a constant
  /// factor per element: one tensor of `scales` per branch. Sgd multiplies the gradient by the sum of their squares;
  /// AdamW, whose step does not depend on the gradient's size, multiplies the step by the sum of their magnitudes.
  /// Weight decay is unchanged, since it shrinks a sum as it shrinks each branch. The scales are not part of the state.
  /// Ding et al.: "Re-parameterizing Your Optimizers rather than Architectures", ICLR 2023, section 3.
  /// Throws Error if the parameter is not one of this optimizer's, if there are no scales, if a shape differs from the
  /// parameter's, and if no multiplier makes this optimizer's steps agree with those of branches.
  void set_branch_scales(const Variable& parameter, const std::vector<Tensor>& scales);

  /// Forgets all gradients, so that the next backward() starts anew.
  void clear_grads();

  const std::vector<ParameterGroup>& groups() const { return groups_; }

  /// A copy of everything that a step reads besides parameters and gradients, by name: "momentum.0" belongs to the
  /// first parameter, counted across all groups. Saved in checkpoints.
  std::map<std::string, Tensor> state() const { return numbered_state(memory_); }

  /// Copies a state in: all of it or, on any mismatch, nothing. Throws Error with the state_differences() in names and
  /// shapes.
  void load_state(const std::map<std::string, Tensor>& state);

 protected:
  /// Throws Error for a negative or non-finite rate or decay, for no parameters, and for a parameter that is not a
  /// leaf, requires no gradient or is listed twice. The messages begin with `name`.
  Optimizer(const std::string& name, std::vector<ParameterGroup> groups);

  /// Moves w, parameter `index`, by its gradient dw.
  virtual void update(size_t index, Tensor& w, const Tensor& dw, double rate, double weight_decay) = 0;

  /// What is kept from step to step, and returned by state(): one tensor per parameter, filled by the subclass.
  std::vector<Tensor>& memory(const std::string& name) { return memory_[name]; }

  /// What steps of parameter `index` are multiplied by, element by element; undefined means 1.
  const Tensor& multiplier(size_t index) const { return multipliers_[index]; }

  /// What one branch with these scales adds to the multiplier. Throws Error unless a subclass defines it.
  virtual Tensor multiplier_of(const Tensor& scales) const;

  /// One tensor of zeros per parameter, of the parameter's shape.
  std::vector<Tensor> zeros_like_parameters() const;

 private:
  std::string name_;
  std::vector<ParameterGroup> groups_;
  std::vector<Tensor> multipliers_;
  Memory memory_;
};

/// PyTorch's stochastic gradient descent. For gradient dw, with v starting at zero:
///   g = dw + weight_decay w,  v = momentum v + g,
///   w -= rate v, or with Nesterov's look-ahead w -= rate (g + momentum v).
/// Sutskever et al.: "On the importance of initialization and momentum in deep learning", ICML 2013, section 2; there
/// the rate is part of v instead.
struct SgdOptions {
  double momentum = 0;
  bool nesterov = false;
};

class Sgd : public Optimizer {
 public:
  /// Throws Error for a momentum outside [0, 1) and for Nesterov without momentum.
  /// State: momentum.I, unless momentum is 0.
  explicit Sgd(std::vector<ParameterGroup> groups, const SgdOptions& options = {});

 private:
  void update(size_t index, Tensor& w, const Tensor& dw, double rate, double weight_decay) override;
  Tensor multiplier_of(const Tensor& scales) const override;

  SgdOptions options_;
  std::vector<Tensor>& momentum_ = memory("momentum");
};

}  // namespace onefold
