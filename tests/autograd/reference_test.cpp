#include "tests/reference.h"

#include <memory>

#include "autograd/ops.h"
#include "autograd/optim/adamw.h"
#include "autograd/optim/optimizer.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

/// Takes the stored steps with the stored gradients and compares both groups' parameters after each.
template <class MakeOptimizer>
void check_steps(const ReferenceValues& stored, const std::string& place, const MakeOptimizer& make) {
  std::vector<Variable> parameters;
  std::vector<ParameterGroup> groups;
  for (int group = 0; group < 2; ++group) {
    const std::string index = std::to_string(group);
    parameters.emplace_back(stored.tensor(place + "/start/" + index), true);
    groups.push_back({{parameters.back()}, 1.0, stored.number(place + "/weight_decay/" + index)});
  }
  const std::unique_ptr<Optimizer> optimizer = make(groups);
  for (int i = 0; i < stored.size(place + "/steps"); ++i) {
    const std::string step = place + "/steps/" + std::to_string(i);
    INFO(step);
    optimizer->clear_grads();
    for (size_t group = 0; group < 2; ++group) {
      // The gradient of sum(parameter * given) is what was given.
      const Variable given(stored.tensor(step + "/gradients/" + std::to_string(group)));
      sum(multiply(parameters[group], given)).backward();
    }
    optimizer->step(stored.number(step + "/rate"));
    for (size_t group = 0; group < 2; ++group) {
      const std::string wanted = step + "/values/" + std::to_string(group);
      CHECK(stored.relative_error(parameters[group].value(), wanted) < kReferenceTolerance);
    }
  }
}

}  // namespace

TEST_CASE("reference: steps of SGD, with Nesterov momentum and without, are PyTorch's", "[autograd]") {
  const ReferenceValues stored("optimizers");
  for (const std::string place : {"/sgd", "/sgd_nesterov"}) {
    check_steps(stored, place, [&](const std::vector<ParameterGroup>& groups) {
      const double momentum = stored.number(place + "/momentum");
      return std::make_unique<Sgd>(groups, SgdOptions{momentum, momentum > 0});
    });
  }
}

TEST_CASE("reference: steps of AdamW are PyTorch's", "[autograd]") {
  const ReferenceValues stored("optimizers");
  check_steps(stored, "/adamw", [&](const std::vector<ParameterGroup>& groups) {
    return std::make_unique<AdamW>(groups, AdamWOptions{stored.number("/adamw/beta1"), stored.number("/adamw/beta2"),
                                                        stored.number("/adamw/eps")});
  });
}
