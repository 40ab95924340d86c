#include "examples/training/trainer.h"

#include <algorithm>
#include <limits>

#include "core/check.h"
#include "core/ops/elementwise.h"
#include "datasets/shapes10.h"
#include "layers/families/weights/rep_optimizer.h"
#include "layers/linear.h"
#include "layers/pooling.h"
#include "layers/sequential.h"
#include "tests/catch.h"
#include "tests/examples/small_training.h"

using namespace onefold;

TEST_CASE("weight decay: of weights, not of batch norms and biases", "[examples]") {
  Initializer initializer(1);
  RepVgg network(repvgg_size("tiny"), 10, initializer);
  const auto groups = decay_groups(network, 0.1, 5e-4);
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].weight_decay == 5e-4);
  CHECK(groups[1].weight_decay == 0);
  CHECK(groups[0].parameters.size() + groups[1].parameters.size() == parameters(network).size());

  for (const NamedParameter& named : named_parameters(network)) {
    const bool is_weight = named.name == "head.weight" || named.name.find(".conv") != std::string::npos;
    const auto& group = groups[is_weight ? 0 : 1].parameters;
    CAPTURE(named.name);
    CHECK(std::count_if(group.begin(), group.end(), [&](const Variable& each) { return each.is(named.value); }) == 1);
  }
}

TEST_CASE("bias rate: of the batch norms' biases alone", "[examples]") {
  Initializer initializer(1);
  RepVgg network(repvgg_size("tiny"), 10, initializer);
  const auto groups = decay_groups(network, 0.1, 5e-4, 8);
  REQUIRE(groups.size() == 3);
  CHECK(groups[1].learning_rate == 0.1);
  CHECK(groups[2].learning_rate == Approx(0.8));
  CHECK(groups[2].weight_decay == 0);

  size_t shifts = 0;
  for (const NamedParameter& named : named_parameters(network)) {
    const bool is_shift = named.name.find(".bn") != std::string::npos && named.name.ends_with(".bias");
    const auto& group = groups[2].parameters;
    shifts += is_shift ? 1 : 0;
    CAPTURE(named.name);
    CHECK(std::any_of(group.begin(), group.end(), [&](const Variable& each) { return each.is(named.value); }) ==
          is_shift);
  }
  CHECK(groups[2].parameters.size() == shifts);
  CHECK(groups[0].parameters.size() + groups[1].parameters.size() + shifts == parameters(network).size());
}

TEST_CASE("trainer: Muon moves the convolutions, Sgd all else", "[examples]") {
  TrainerOptions chosen = options();
  chosen.learning_rate = 0;
  chosen.muon_rate = 0.1;
  chosen.initial_rate = 1;
  Training training(chosen);
  std::map<std::string, Tensor> before = state(training.network);
  training.train_to(1);
  for (const NamedParameter& named : named_parameters(training.network)) {
    CAPTURE(named.name);
    const bool moved = max_abs_difference(named.value.value(), before.at(named.name)) > 0;
    CHECK(moved == (named.value.shape().rank() == 4));
  }
}

TEST_CASE("trainer: Sgd is told what RepOptimizer's convolutions stand for, and Muon cannot move them", "[examples]") {
  // Where the scales are zero, no branch has anything to say, and the weights stay.
  Initializer initializer(1);
  Sequential network;
  network.add<RepOptimizerConv2d>(Conv2dOptions{.in = 3, .out = 4},
                                  RepOptimizerScales{.s3 = 0, .s1 = 1, .identity = false}, initializer);
  network.add<GlobalAvgPool>();
  network.add<Linear>(4, 10, initializer);
  const DatasetSplits data = shapes10(1, 8, 1);
  TrainerOptions chosen;
  chosen.batch_size = 4;
  chosen.weight_decay = 0;
  Trainer trainer(network, data.train, {}, chosen);
  const Tensor before = state(network).at("0.weight");
  trainer.train_epoch();
  const Tensor moved = subtract(state(network).at("0.weight"), before);
  for (int64_t i = 0; i < moved.size(); ++i) CHECK((moved[i] != 0) == (i / 12 == 4));

  chosen.muon_rate = 0.1;
  CHECK_THROWS_WITH(Trainer(network, data.train, {}, chosen), ContainsSubstring("is not among this optimizer's"));
}

TEST_CASE("trainer: slow weights hold back what the same steps move without them", "[examples]") {
  TrainerOptions with = options();
  with.lookahead = true;
  Training plain, held(with);
  plain.train_to_end();
  held.train_to_end();
  CHECK(max_abs_difference(plain.trainer.state().network.at("head.weight"),
                           held.trainer.state().network.at("head.weight")) > 0);
  CHECK_THROWS_WITH(held.trainer.load_state(plain.trainer.state()), ContainsSubstring("lookahead"));
}

TEST_CASE("trainer: the rate rises, then falls to its end", "[examples]") {
  Training training;
  std::vector<double> rates = {training.trainer.learning_rate()};
  while (training.trainer.position().epoch < kEpochs) {
    training.trainer.train_epoch([&](const Position&) { rates.push_back(training.trainer.learning_rate()); });
    training.trainer.next_epoch();
  }
  REQUIRE(rates.size() == kEpochs * kSteps + 1);
  CHECK(rates.front() == 0);
  CHECK(*std::max_element(rates.begin(), rates.end()) == 0.05);
  CHECK(rates.back() == 0);
}

TEST_CASE("trainer: an epoch is closed once, and after all its steps", "[examples]") {
  Training training;
  CHECK_THROWS_WITH(training.trainer.next_epoch(), ContainsSubstring("0 of its 3 steps"));
}

TEST_CASE("trainer: a dataset below one batch is a step", "[examples]") {
  TrainerOptions large = options();
  large.batch_size = 1000;
  Training training(large);
  CHECK(training.trainer.steps_per_epoch() == 1);
  training.trainer.train_epoch();
  CHECK(training.trainer.position().images == kSteps * kBatch + 2);
}

TEST_CASE("trainer: a loss that is not finite stops before a weight changes", "[examples]") {
  Training training;
  training.train_to(1);
  auto state = training.trainer.state();
  state.network.at("head.bias")[0] = std::numeric_limits<Real>::quiet_NaN();
  training.trainer.load_state(state);
  const auto before = training.trainer.state();
  const Tensor weight = before.network.at("head.weight");

  CHECK_THROWS_WITH(training.trainer.train_epoch(), ContainsSubstring("epoch 1, step 2"));
  CHECK(max_abs_difference(training.trainer.state().network.at("head.weight"), weight) == 0);
}
