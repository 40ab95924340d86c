// What a network hands out is the caller's own: averages of weights are made of it, and nothing that is done to it
// reaches the network.

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "autograd/annex/lookahead.h"
#include "autograd/annex/muon.h"
#include "autograd/ops.h"
#include "autograd/optim/adamw.h"
#include "core/ops/elementwise.h"
#include "layers/models/plain_vgg.h"
#include "layers/models/repvgg.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

using State = std::map<std::string, Tensor>;

/// Wide enough for convolutions that pack their weights.
std::unique_ptr<RepVgg> fresh_network(uint64_t seed = 1) {
  Initializer initializer(seed);
  return std::make_unique<RepVgg>(RepVggSize{"small", {1, 1, 2, 1, 1}, {8, 8, 16, 16, 16}}, 4, initializer);
}

const Variable& images() {
  static const Variable drawn = random_images({4, 32, 32, 3});
  return drawn;
}

std::vector<Real> logits_of(Module& network) {
  const EvaluationMode evaluation(network);
  const NoGrad no_grad;
  return network(images()).value().to_vector();
}

std::vector<ParameterGroup> groups(Module& network) { return {{parameters(network), 0.05, 5e-4}}; }

std::unique_ptr<PlainVgg> fold_of(RepVgg& network) {
  const EvaluationMode evaluation(network);
  return network.fold_network();
}

void take_step(Module& network, Optimizer& optimizer) {
  optimizer.clear_grads();
  softmax_cross_entropy(network(images()), {0, 1, 2, 3}).backward();
  optimizer.step();
}

// [weight-average]
/// One step of an exponential moving average of weights and running statistics.
void move_average(State& average, Module& network, Real decay) {
  for (const auto& [name, now] : state(network)) {
    Tensor& mean = average.at(name);
    for (int64_t i = 0; i < mean.size(); ++i) mean[i] = decay * mean[i] + (1 - decay) * now[i];
  }
}
// [/weight-average]

/// Infinity into every number of a state that was handed out.
void spoil(State state) {
  for (auto& [name, tensor] : state) std::fill_n(tensor.data(), tensor.size(), std::numeric_limits<Real>::infinity());
}

}  // namespace

TEST_CASE("weight average: of state() while a network trains, in place, then in a network of its own", "[layers]") {
  const Real decay = Real(0.8);
  const auto network = fresh_network(), alone = fresh_network();
  const auto averaged = fresh_network(2), by_hand = fresh_network(3);
  Sgd optimizer(groups(*network), {.momentum = 0.9});
  Sgd optimizer_alone(groups(*alone), {.momentum = 0.9});

  // The average, and beside it the same from copies of the numbers. The network is evaluated on the way, as each epoch
  // does, so that its convolutions have packed weights.
  State average = state(*network);
  std::map<std::string, std::vector<Real>> expected;
  for (const auto& [name, tensor] : state(*alone)) expected[name] = tensor.to_vector();
  for (int step = 0; step < 6; ++step) {
    take_step(*network, optimizer);
    logits_of(*network);
    move_average(average, *network, decay);

    take_step(*alone, optimizer_alone);
    for (const auto& [name, tensor] : state(*alone)) {
      for (size_t i = 0; i < expected[name].size(); ++i) {
        expected[name][i] = decay * expected[name][i] + (1 - decay) * tensor[static_cast<int64_t>(i)];
      }
    }
  }
  CHECK(bit_equal(state(*network), state(*alone)));
  CHECK(logits_of(*network) == logits_of(*alone));

  // Into networks of which one has packed other weights already.
  logits_of(*averaged);
  load_state(*averaged, average);
  State as_tensors = state(*by_hand);
  for (auto& [name, tensor] : as_tensors) tensor = Tensor::from(tensor.shape(), expected[name]);
  load_state(*by_hand, as_tensors);
  CHECK(logits_of(*averaged) == logits_of(*by_hand));
  CHECK(logits_of(*averaged) != logits_of(*network));
  CHECK(logits_of(*fold_of(*averaged)) == logits_of(*fold_of(*by_hand)));

  // The average still belongs to its maker.
  spoil(average);
  CHECK(logits_of(*averaged) == logits_of(*by_hand));
}

TEST_CASE("handed out: what is done to a state reaches no network and no optimizer", "[layers]") {
  const auto network = fresh_network(), untouched = fresh_network();
  Sgd sgd(groups(*network), {.momentum = 0.9}), other_sgd(groups(*untouched), {.momentum = 0.9});
  AdamW adamw(groups(*network)), other_adamw(groups(*untouched));
  Lookahead lookahead(parameters(*network)), other_lookahead(parameters(*untouched));
  std::vector<Variable> matrices;
  for (const Variable& parameter : parameters(*network)) {
    if (parameter.shape().rank() >= 2) matrices.push_back(parameter);
  }
  Muon muon({{matrices, 0.01, 0}});

  for (Optimizer* each : {static_cast<Optimizer*>(&sgd), static_cast<Optimizer*>(&adamw)}) take_step(*network, *each);
  for (Optimizer* each : {static_cast<Optimizer*>(&other_sgd), static_cast<Optimizer*>(&other_adamw)}) {
    take_step(*untouched, *each);
  }
  const auto folded = fold_of(*network);
  const auto logits = logits_of(*network), folded_logits = logits_of(*folded);
  const State of_muon = muon.state();
  spoil(state(*network));
  spoil(state(*folded));
  spoil(sgd.state());
  spoil(adamw.state());
  spoil(lookahead.state());
  spoil(muon.state());
  CHECK(logits_of(*network) == logits);
  CHECK(logits_of(*folded) == folded_logits);
  CHECK(bit_equal(muon.state(), of_muon));

  take_step(*network, sgd);
  take_step(*network, adamw);
  lookahead.after_step(5, 10);
  take_step(*untouched, other_sgd);
  take_step(*untouched, other_adamw);
  other_lookahead.after_step(5, 10);
  CHECK(bit_equal(state(*network), state(*untouched)));
  CHECK(logits_of(*network) == logits_of(*untouched));
  CHECK(logits_of(*folded) == folded_logits);
}

TEST_CASE("handed out: whatever a parameter's handle is used for, a network computes what its state says", "[layers]") {
  const auto trained = fresh_network();
  const auto folded = fold_of(*trained);
  for (Vgg* network : std::vector<Vgg*>{trained.get(), folded.get()}) {
    CAPTURE(network == folded.get());
    auto before = logits_of(*network);
    const auto expect_change = [&] {
      const auto fresh = fresh_network(2);
      const auto folded_fresh = fold_of(*fresh);
      Vgg* const copy = network == folded.get() ? static_cast<Vgg*>(folded_fresh.get()) : fresh.get();
      load_state(*copy, state(*network));
      const auto now = logits_of(*network);
      CHECK(now == logits_of(*copy));
      CHECK(now != before);
      before = now;
    };
    for (NamedParameter& parameter : named_parameters(*network)) {
      CAPTURE(parameter.name);
      if (parameter.name.find("bn") != std::string::npos && parameter.name.find("bias") == std::string::npos) continue;
      Tensor& value = parameter.value.mutable_value();
      for (int64_t i = 0; i < value.size(); ++i) value[i] += Real(0.25);
      expect_change();
      parameter.value.set_value(scale(parameter.value.value(), Real(0.5)));
      expect_change();
    }
  }
}

TEST_CASE("two losses: a network's second backward pass has the weights that it ran forward with", "[layers]") {
  const auto network = fresh_network(), without_step = fresh_network();
  const auto second_gradients = [](RepVgg& net, bool step) {
    Sgd optimizer(groups(net), {.momentum = 0.9});
    const Variable first = softmax_cross_entropy(net(images()), {0, 1, 2, 3});
    const Variable second = softmax_cross_entropy(net(images()), {3, 2, 1, 0});
    first.backward();
    if (step) optimizer.step();
    optimizer.clear_grads();
    second.backward();
    std::vector<std::vector<Real>> gradients;
    for (const Variable& parameter : parameters(net)) gradients.push_back(parameter.grad().to_vector());
    return gradients;
  };
  CHECK(second_gradients(*network, true) == second_gradients(*without_step, false));
}
