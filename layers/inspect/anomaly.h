#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "autograd/variable.h"
#include "core/check.h"
#include "layers/module.h"

namespace onefold {

/// Thrown by AnomalyGuard for a value that is NaN or infinite.
class Anomaly : public Error {
 public:
  using Error::Error;
};

/// While it exists, the first NaN or infinite value on this thread, in an op's result or in a gradient computed by
/// backward(), throws Anomaly. It names the op, the network's layer that the op belongs to, and where the value came
/// from: computed by the op from finite inputs, read from a parameter or from data, stored in the statistics that a
/// layer uses in evaluation, or received as the gradient of the op's result.
///
///     const AnomalyGuard guard(network);
///     softmax_cross_entropy(network(images), labels).backward();
///
/// Every value is read once more, so a step takes longer; without a guard there is no cost. A layer is recognised only
/// if it is called as network(x), not as network.forward(x). The idea is PyTorch's torch.autograd.set_detect_anomaly.
class AnomalyGuard : public OpObserver {
 public:
  /// The network must outlive the guard.
  explicit AnomalyGuard(Module& network);

  void on_op(const std::string& name, const std::vector<Variable>& inputs, const Variable& result) override;
  void on_backward(const Node& node, const Tensor& dy, const Grads& gradients) override;

 private:
  const NamedModule* layer_at_work() const;
  std::string source(const std::vector<Variable>& inputs) const;
  std::string hidden_source() const;

  std::map<const Module*, NamedModule> layers_;
  std::vector<NamedParameter> parameters_;
  std::unordered_map<const Node*, const NamedModule*> layer_of_node_;  // for its backward
};

}  // namespace onefold
