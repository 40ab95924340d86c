#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "autograd/variable.h"
#include "core/check.h"
#include "layers/module.h"

namespace onefold {

/// A number that is NaN or infinite: what AnomalyGuard throws.
class Anomaly : public Error {
 public:
  using Error::Error;
};

/// While one lives, the first number on this thread that is NaN or infinite, in an op's result or in a gradient that
/// backward() makes, is an Anomaly. It names the op, the network's layer that the op is of, and where the number came
/// from: made by the op of finite inputs, read from a parameter or from data, left in the statistics that a layer reads
/// in evaluation, or come back as the gradient of the op's result.
///
///     const AnomalyGuard guard(network);
///     softmax_cross_entropy(network(images), labels).backward();
///
/// Every number is looked at once more, so a step takes longer; without a guard it costs nothing. A layer is known by
/// its call, network(x) and not network.forward(x). The idea is PyTorch's torch.autograd.set_detect_anomaly.
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
