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

/// Numbers of a parameter that a thread moves at a time: enough to outweigh handing them out.
constexpr int64_t kParameterGrain = 16384;

/// Moves parameters against their gradients: in place, but what shares a parameter's buffer keeps its numbers.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// One step at the rate learning_rate * rate_scale of each group; rate_scale is the schedule's value. A parameter
  /// without a gradient stays, and so does its state. Equal bits for any number of threads.
  /// Throws Error for a negative or non-finite scale.
  void step(double rate_scale = 1);

  /// From now on `parameter` moves as a sum of branches would, each a tensor of its own times constant numbers, one of
  /// `scales` for each branch: Sgd multiplies the gradient by the sum of their squares, AdamW, whose step does not
  /// depend on the gradient's size, the step by the sum of their magnitudes. Weight decay is as before, since it
  /// shrinks a sum as it shrinks each branch. A matter of the parameter, not of the state.
  /// Ding et al.: "Re-parameterizing Your Optimizers rather than Architectures", ICLR 2023, section 3.
  /// Throws Error for a parameter that is none of this optimizer's, for no scales, for other shapes than the
  /// parameter's, and for an optimizer whose steps no multiplier can bring into agreement with branches.
  void set_branch_scales(const Variable& parameter, const std::vector<Tensor>& scales);

  /// Forgets all gradients, so that the next backward() starts anew.
  void clear_grads();

  const std::vector<ParameterGroup>& groups() const { return groups_; }

  /// A copy of all that a step reads beside parameters and gradients, by name: "momentum.0" belongs to the first
  /// parameter, counted through all groups. What a checkpoint carries.
  std::map<std::string, Tensor> state() const { return numbered_state(memory_); }

  /// Copies a state in: all of it or, on any mismatch, nothing. Throws Error that lists every missing name, every
  /// unexpected one and every wrong shape.
  void load_state(const std::map<std::string, Tensor>& state);

 protected:
  /// Throws Error for a negative or non-finite rate or decay, for no parameters, and for a parameter that is not a
  /// leaf, requires no gradient or stands there twice. `name` begins the messages.
  Optimizer(const std::string& name, std::vector<ParameterGroup> groups);

  /// Moves w, which is parameter `index`, by its gradient dw.
  virtual void update(size_t index, Tensor& w, const Tensor& dw, double rate, double weight_decay) = 0;

  /// What steps remember, and state() has: a tensor a parameter, once the subclass has filled it.
  std::vector<Tensor>& memory(const std::string& name) { return memory_[name]; }

  /// What steps of parameter `index` are multiplied by, number by number; undefined for one.
  const Tensor& multiplier(size_t index) const { return multipliers_[index]; }

  /// What one branch with these scales adds to the multiplier. Throws Error unless a subclass knows it.
  virtual Tensor multiplier_of(const Tensor& scales) const;

  /// One tensor of zeros for each parameter, of the parameter's shape.
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
/// Sutskever et al.: "On the importance of initialization and momentum in deep learning", ICML 2013, section 2, where
/// the rate stands inside v instead.
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
