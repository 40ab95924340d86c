#include "tests/reference.h"

#include <memory>

#include "autograd/ops.h"
#include "autograd/optimizer.h"

using namespace onefold;

namespace {

/// Takes the stored steps with the stored gradients and compares both parameters after each.
template <class MakeOptimizer>
void check_steps(const nlohmann::json& stored, const MakeOptimizer& make) {
  std::vector<Variable> parameters;
  std::vector<ParameterGroup> groups;
  for (size_t group = 0; group < 2; ++group) {
    parameters.emplace_back(reference_tensor(stored.at("start")[group]), true);
    groups.push_back({{parameters.back()}, 1.0, stored.at("weight_decay")[group].get<double>()});
  }
  const std::unique_ptr<Optimizer> optimizer = make(groups);
  for (const auto& step : stored.at("steps")) {
    optimizer->clear_grads();
    for (size_t group = 0; group < 2; ++group) {
      // The gradient of sum(parameter * given) is what was given.
      const Variable given(reference_tensor(step.at("gradients")[group]));
      sum(multiply(parameters[group], given)).backward();
    }
    optimizer->step(step.at("rate").get<double>());
    for (size_t group = 0; group < 2; ++group) {
      CHECK(relative_error(parameters[group].value(), step.at("values")[group]) < kReferenceTolerance);
    }
  }
}

}  // namespace

TEST_CASE("reference: steps of SGD, with Nesterov momentum and without, are PyTorch's", "[autograd]") {
  const auto stored = reference_values("optimizers");
  for (const std::string name : {"sgd", "sgd_nesterov"}) {
    INFO(name);
    check_steps(stored.at(name), [&](const std::vector<ParameterGroup>& groups) {
      const double momentum = stored.at(name).at("momentum");
      return std::make_unique<Sgd>(groups, SgdOptions{momentum, momentum > 0});
    });
  }
}

TEST_CASE("reference: steps of AdamW are PyTorch's", "[autograd]") {
  const auto stored = reference_values("optimizers").at("adamw");
  check_steps(stored, [&](const std::vector<ParameterGroup>& groups) {
    return std::make_unique<AdamW>(groups, AdamWOptions{stored.at("beta1"), stored.at("beta2"), stored.at("eps")});
  });
}
