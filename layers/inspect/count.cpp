#include "layers/inspect/count.h"

#include <algorithm>

namespace onefold {

namespace {

/// Adds up the cost of each op, from its name and shapes. Only results computed from the image are feature maps: the
/// cost of composing kernels belongs to the weights, not to an image.
class Counter : public OpObserver {
 public:
  explicit Counter(const Tensor& image) : maps_{image} {}

  void on_op(const std::string& name, const std::vector<Variable>& inputs, const Variable& result) override {
    const Tensor& output = result.value();
    int64_t read = 0;
    for (const Variable& input : inputs) read += is_map(input.value()) ? input.value().size() : 0;
    if (read == 0) return;
    if (name == "slice_channels") read = output.size();  // not the rest of x
    maps_.push_back(output);
    const int64_t multiply_adds = multiply_adds_of(name, inputs, result);
    counts.multiply_adds += multiply_adds;
    if (name == "conv2d") {
      counts.convolutions += 1;
    } else if (multiply_adds == 0 && name != "reshape") {  // which copies nothing
      counts.element_wise += read + output.size();
      count_sum(name, inputs);
    }
  }

  Counts counts;

 private:
  void count_sum(const std::string& name, const std::vector<Variable>& inputs) {
    if (name == "batch_norm") {
      counts.batch_norms += 1;
    } else if (name == "norm_sum") {
      // Three inputs per branch: x, gamma, beta.
      const auto branches = static_cast<int64_t>(inputs.size() / 3);
      counts.batch_norms += branches;
      counts.additions += branches - 1;
    } else if (name == "add" || name == "subtract") {
      counts.additions += 1;
    }
  }

  bool is_map(const Tensor& tensor) const {
    return std::any_of(maps_.begin(), maps_.end(), [&](const Tensor& map) { return map.data() == tensor.data(); });
  }

  std::vector<Tensor> maps_;  // kept alive, so that no other tensor gets one's buffer
};

}  // namespace

int64_t multiply_adds_of(const std::string& op, const std::vector<Variable>& inputs, const Variable& result) {
  const int64_t size = result.value().size();
  // Each output element sums R S C / groups products: the weight's size over its output channels.
  if (op == "conv2d") return size * inputs[1].shape().rows();
  return op == "linear" || op == "matmul" ? size * inputs[1].shape()[0] : 0;
}

Counts count(Module& module, const Shape& one_image) {
  const EvaluationMode evaluation(module);
  const NoGrad no_grad;
  const Tensor image = Tensor::zeros(one_image);
  Counter counter(image);
  module(Variable(image));
  counter.counts.parameters = count_parameters(module);
  return counter.counts;
}

}  // namespace onefold
