#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "autograd/gradcheck.h"
#include "autograd/ops.h"
#include "core/ops/elementwise.h"
#include "layers/module.h"
#include "tests/layers/support.h"

namespace onefold::testing {

/// Puts other variables, from `first` on, in the place of a module's parameters, in the order of parameters().
class Substitution : public Visitor {
 public:
  explicit Substitution(std::vector<Variable>::const_iterator first) : next_(first) {}
  void parameter(const std::string&, Variable& value) override { value = *next_++; }
  void buffer(const std::string&, Tensor&) override {}
  void child(const std::string&, Module& module) override { module.visit(*this); }

 private:
  std::vector<Variable>::const_iterator next_;
};

/// Compares the gradients of f(x), for a function f that uses the module, with differences: by x, where there is one,
/// and by every parameter near its value.
template <class Function>
GradientCheck check_module_gradients(Module& module, const std::vector<Tensor>& x, const Function& f) {
  std::vector<Tensor> inputs = x;
  for (const Variable& parameter : parameters(module)) {
    inputs.push_back(add(parameter.value(), random_normal(parameter.shape(), Random(3, inputs.size()), Real(0.2))));
  }
  const auto substituted = [&](const std::vector<Variable>& values) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(x.size());
    Substitution substitution(first);
    module.visit(substitution);
    // A batch norm makes some gradients nothing but rounding: with one added to each, that is small beside them.
    Variable result = f(std::vector<Variable>(values.begin(), first));
    for (const Variable& value : values) result = add(result, sum(value));
    return result;
  };
  return check_gradients(substituted, inputs, kDifferenceStep, 1e-5);
}

/// Those of a training step of a block.
inline GradientCheck check_block_gradients(Module& block, const Tensor& x) {
  return check_module_gradients(block, {x}, [&](const std::vector<Variable>& inputs) {
    const Variable y = block.forward(inputs[0]);
    return sum(multiply(y, random_images(y.shape())));
  });
}

}  // namespace onefold::testing
