#include "layers/count.h"

namespace onefold {

namespace {

/// Adds up what each op costs, from its name and its shapes.
class Counter : public OpObserver {
 public:
  void on_op(const std::string& name, const std::vector<Variable>& inputs, const Tensor& output) override {
    if (name == "conv2d") {
      // Each output number sums R S C / groups products: the weight's size over its output channels.
      const Shape& weight = inputs[1].shape();
      counts.convolutions += 1;
      counts.multiply_adds += output.size() * weight.rows();
    } else if (name == "linear" || name == "matmul") {
      counts.multiply_adds += output.size() * inputs[1].shape()[0];
    } else if (name == "batch_norm") {
      counts.batch_norms += 1;
    } else if (name == "norm_sum") {
      // Three inputs a branch: x, gamma, beta.
      const auto branches = static_cast<int64_t>(inputs.size() / 3);
      counts.batch_norms += branches;
      counts.additions += branches - 1;
    } else if (name == "add" || name == "subtract") {
      counts.additions += 1;
    }
  }

  Counts counts;
};

}  // namespace

Counts count(Module& module, const Shape& one_image) {
  const EvaluationMode evaluation(module);
  const NoGrad no_grad;
  Counter counter;
  module.forward(Variable(Tensor::zeros(one_image)));
  counter.counts.parameters = count_parameters(module);
  return counter.counts;
}

int64_t count_parameters(Module& module) {
  int64_t count = 0;
  for (const Variable& parameter : parameters(module)) count += parameter.value().size();
  return count;
}

}  // namespace onefold
