// Weights that change while a graph still has its backward pass to do: it has the numbers that it was computed from.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "autograd/annex/lookahead.h"
#include "autograd/annex/muon.h"
#include "autograd/ops.h"
#include "autograd/optim/adamw.h"
#include "core/random.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

using Change = std::function<void(Variable& w)>;

std::vector<ParameterGroup> only(const Variable& w) { return {{{w}, 0.1, 0.01}}; }

/// All that changes a weight.
std::vector<std::pair<std::string, Change>> changes() {
  return {
      {"Sgd", [](Variable& w) { Sgd(only(w), {.momentum = 0.9}).step(); }},
      {"AdamW", [](Variable& w) { AdamW(only(w)).step(); }},
      {"Muon", [](Variable& w) { Muon(only(w)).step(); }},
      {"Lookahead",
       [](Variable& w) {
         Lookahead lookahead({w}, {.interval = 1, .decay = 0.5});
         w.set_value(Tensor::full(w.shape(), 1));
         lookahead.after_step(1, 2);
       }},
      {"set_value", [](Variable& w) { w.set_value(Tensor::full(w.shape(), 1)); }},
      {"mutable_value", [](Variable& w) { w.mutable_value()[0] += 1; }},
  };
}

/// What a loss can see of a weight: itself, its numbers in another shape, or its numbers cut off from the graph.
std::vector<std::pair<std::string, std::function<Variable(const Variable& w)>>> uses() {
  return {
      {"itself", [](const Variable& w) { return multiply(w, w); }},
      {"reshaped", [](const Variable& w) { return tanh(reshape(w, {w.shape().size()})); }},
      {"reshaped twice",
       [](const Variable& w) {
         return log(exp(reshape(reshape(w, {12}), {6, 2})));
       }},
      {"detached", [](const Variable& w) { return multiply(w, Variable(w.value())); }},
  };
}

}  // namespace

TEST_CASE("two losses: a change of the weights between their backward passes reaches neither gradient", "[autograd]") {
  for (const auto& [change_name, change] : changes()) {
    for (const auto& [use_name, loss_of] : uses()) {
      CAPTURE(change_name, use_name);
      const auto second_gradient = [&, &use = loss_of](const Change& between) {
        Variable w(random_normal({4, 3}, Random(1, 0)), true);
        const Variable first = sum(multiply(w, w)), second = sum(use(w));
        first.backward();
        between(w);
        w.clear_grad();
        second.backward();
        return w.grad().to_vector();
      };
      CHECK(second_gradient(change) == second_gradient([](Variable&) {}));
    }
  }
}

TEST_CASE("two losses: the change itself is what it is without a graph", "[autograd]") {
  for (const auto& [name, change] : changes()) {
    CAPTURE(name);
    Variable w(random_normal({4, 3}, Random(1, 0)), true), alone(w.value().clone(), true);
    const Tensor before = w.value().clone();
    const Variable held = sum(multiply(w, w));
    for (Variable* each : {&w, &alone}) {
      sum(multiply(*each, *each)).backward();
      change(*each);
    }
    CHECK(w.value().to_vector() == alone.value().to_vector());
    CHECK(max_abs_difference(w.value(), before) > 0);
  }
}

TEST_CASE("optimizer: writes in place where no graph holds the weights, so that a step allocates none", "[autograd]") {
  Variable w(random_normal({4, 3}, Random(1, 0)), true);
  Sgd sgd(only(w));
  const Real* const buffer = w.value().data();
  for (int step = 0; step < 3; ++step) {
    sgd.clear_grads();
    const Variable loss = sum(multiply(w, w));  // held, but its backward pass frees what it saved
    loss.backward();
    sgd.step();
    CHECK(w.value().data() == buffer);
  }
}
