#include "examples/support/trainer.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <stdexcept>

#include "core/check.h"
#include "core/parallel.h"
#include "core/safetensors.h"
#include "datasets/shapes10.h"
#include "examples/support/checkpoint.h"
#include "examples/support/program.h"
#include "layers/models/repvgg.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

using namespace onefold;

namespace {

constexpr int64_t kEpochs = 2, kSteps = 3, kBatch = 4;

TrainerOptions options() {
  return {.epochs = kEpochs,
          .batch_size = kBatch,
          .learning_rate = 0.05,
          .label_smoothing = 0.1,
          .warmup_epochs = 0.5,
          .augment = standard_augmentation(),
          .seed = 3};
}

/// A tiny network in training, on 3 batches of Shapes10 and a bit.
struct Training {
  explicit Training(const TrainerOptions& chosen = options())
      : trainer(network, images, {{0.5, 0.5, 0.5}, {0.25, 0.25, 0.25}}, chosen) {}

  Dataset images = shapes10(1, kSteps * kBatch + 2, 1).train;
  Initializer initializer{7};
  RepVgg network{repvgg_size("tiny"), 10, initializer};
  Trainer trainer;

  /// Trains until `steps` steps are done in all, or to the end.
  void train_to(int64_t steps = kEpochs * kSteps) {
    struct Stop {};
    try {
      while (trainer.position().epoch < kEpochs) {
        const auto stop = [&](const Position& at) {
          if (at.epoch * kSteps + at.step >= steps) throw Stop();
        };
        if (trainer.position().epoch * kSteps + trainer.position().step >= steps) return;
        trainer.train_epoch(stop);
        trainer.next_epoch();
      }
    } catch (const Stop&) {
    }
  }
};

bool same_bits(const std::map<std::string, Tensor>& a, const std::map<std::string, Tensor>& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [name, tensor] : a) {
    const Tensor& other = b.at(name);
    const size_t bytes = static_cast<size_t>(tensor.size()) * sizeof(Real);
    if (tensor.shape() != other.shape() || std::memcmp(tensor.data(), other.data(), bytes) != 0) return false;
  }
  return true;
}

}  // namespace

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

TEST_CASE("trainer: stopped after any step and resumed, it has the bits of one never stopped", "[examples]") {
  const bool lookahead = GENERATE(false, true);
  TrainerOptions chosen = options();
  chosen.lookahead = lookahead;
  chosen.bias_rate = lookahead ? 4 : 1;
  chosen.muon_rate = lookahead ? 0.05 : 0;
  Training uninterrupted(chosen);
  uninterrupted.train_to();
  const TrainerState expected = uninterrupted.trainer.state();

  const TemporaryFolder scratch;
  const auto path = scratch.path() / "checkpoint.safetensors";
  const int threads_before = threads();
  for (int64_t step = 0; step <= kEpochs * kSteps; ++step) {
    set_threads(1 + static_cast<int>(step % 3));
    Training first(chosen);
    first.train_to(step);
    save_checkpoint(path, first.trainer.state(), {{"note", "kept"}});

    set_threads(1 + static_cast<int>((step + 1) % 3));
    Training second(chosen);
    const Checkpoint checkpoint = load_checkpoint(path);
    second.trainer.load_state(checkpoint.state);
    CHECK(checkpoint.about == nlohmann::ordered_json{{"note", "kept"}});
    second.train_to();

    CAPTURE(step);
    const TrainerState resumed = second.trainer.state();
    CHECK(same_bits(resumed.network, expected.network));
    CHECK(same_bits(resumed.optimizer, expected.optimizer));
  }
  set_threads(threads_before);
}

TEST_CASE("trainer: Muon moves the convolutions, Sgd all else", "[examples]") {
  TrainerOptions chosen = options();
  chosen.learning_rate = 0;
  chosen.muon_rate = 0.1;
  chosen.initial_rate = 1;
  Training training(chosen);
  std::map<std::string, Tensor> before = state(training.network);
  for (auto& [name, tensor] : before) tensor = tensor.clone();
  training.train_to(1);
  for (const NamedParameter& named : named_parameters(training.network)) {
    CAPTURE(named.name);
    const bool moved = max_abs_difference(named.value.value(), before.at(named.name)) > 0;
    CHECK(moved == (named.value.shape().rank() == 4));
  }
}

TEST_CASE("trainer: slow weights hold back what the same steps move without them", "[examples]") {
  TrainerOptions with = options();
  with.lookahead = true;
  Training plain, held(with);
  plain.train_to();
  held.train_to();
  CHECK(max_abs_difference(plain.trainer.state().network.at("head.weight"),
                           held.trainer.state().network.at("head.weight")) > 0);
  CHECK_THROWS_WITH(held.trainer.load_state(plain.trainer.state()), ContainsSubstring("lookahead"));
}

TEST_CASE("trainer: a state that fits in part is refused as a whole", "[examples]") {
  TrainerOptions chosen = options();
  chosen.muon_rate = 0.05;
  chosen.lookahead = true;
  Training first(chosen), second(chosen);
  first.train_to(2);
  const auto copied = [](std::map<std::string, Tensor> state) {
    for (auto& [name, tensor] : state) tensor = tensor.clone();
    return state;
  };
  const TrainerState before = second.trainer.state();
  const auto network = copied(before.network), optimizer = copied(before.optimizer);
  const auto refused = [&](const std::function<void(TrainerState&)>& spoil, const char* words) {
    TrainerState state = first.trainer.state();
    spoil(state);
    CAPTURE(words);
    CHECK_THROWS_WITH(second.trainer.load_state(state), ContainsSubstring(words));
    CHECK(same_bits(second.trainer.state().network, network));
    CHECK(same_bits(second.trainer.state().optimizer, optimizer));
    CHECK(second.trainer.position().step == 0);
  };
  refused([](TrainerState& state) { state.network.erase("head.bias"); }, "missing      head.bias [10]");
  refused([](TrainerState& state) { state.network["tail"] = Tensor::zeros({1}); }, "unexpected   tail [1]");
  refused([](TrainerState& state) { state.optimizer.erase("momentum.0"); }, "missing      momentum.0");
  refused([](TrainerState& state) { state.optimizer.erase("muon.momentum.3"); }, "missing      muon.momentum.3");
  refused([](TrainerState& state) { state.optimizer["lookahead.slow.0"] = Tensor::zeros({1}); },
          "other shape  lookahead.slow.0 [1], needed");
  refused([](TrainerState& state) { state.position.epoch = kEpochs + 1; }, "but this training has 2 epochs of 3 steps");
}

TEST_CASE("trainer: an epoch's sums survive a stop in its middle", "[examples]") {
  Training whole, first, second;
  whole.trainer.train_epoch();
  first.train_to(2);
  second.trainer.load_state(first.trainer.state());
  CHECK(second.trainer.position().images == 2 * kBatch);
  second.trainer.train_epoch();
  CHECK(second.trainer.position().images == kSteps * kBatch);  // the two images beyond the last batch wait
  CHECK(second.trainer.position().loss() == whole.trainer.position().loss());
  CHECK(second.trainer.position().correct == whole.trainer.position().correct);
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
  for (auto& [name, tensor] : state.network) tensor = tensor.clone();
  state.network.at("head.bias")[0] = std::numeric_limits<Real>::quiet_NaN();
  training.trainer.load_state(state);
  const auto before = training.trainer.state();
  const Tensor weight = before.network.at("head.weight").clone();

  CHECK_THROWS_WITH(training.trainer.train_epoch(), ContainsSubstring("epoch 1, step 2"));
  CHECK(max_abs_difference(training.trainer.state().network.at("head.weight"), weight) == 0);
}

TEST_CASE("checkpoint: one that is not finite is refused, and the last good one stays", "[examples]") {
  const TemporaryFolder scratch;
  const auto path = scratch.path() / "checkpoint.safetensors";
  Training training;
  save_checkpoint(path, training.trainer.state(), {{"note", "good"}});

  TrainerState broken = training.trainer.state();
  broken.optimizer.at("momentum.0") = broken.optimizer.at("momentum.0").clone();
  broken.optimizer.at("momentum.0")[3] = std::numeric_limits<Real>::infinity();
  CHECK_THROWS_AS(save_checkpoint(path, broken, {{"note", "bad"}}), NonFiniteLoss);
  CHECK(load_checkpoint(path).about == nlohmann::ordered_json{{"note", "good"}});
}

TEST_CASE("checkpoint: a file of another kind says so", "[examples]") {
  const TemporaryFolder scratch;
  const auto path = scratch.path() / "model.safetensors";
  save_safetensors(path, {{{"head.bias", Tensor::zeros({10})}}, {}});
  CHECK_THROWS_WITH(load_checkpoint(path),
                    ContainsSubstring("model.safetensors") && ContainsSubstring("not a checkpoint"));
}
