#include <functional>
#include <limits>

#include "core/check.h"
#include "core/files/safetensors.h"
#include "examples/cli/program.h"
#include "examples/training/checkpoint.h"
#include "tests/catch.h"
#include "tests/examples/small_training.h"
#include "tests/temporary_folder.h"

using namespace onefold;

TEST_CASE("trainer: a state that fits in part is refused as a whole", "[examples]") {
  TrainerOptions chosen = options();
  chosen.muon_rate = 0.05;
  chosen.lookahead = true;
  Training first(chosen), second(chosen);
  first.train_to(2);
  const TrainerState before = second.trainer.state();
  const auto& network = before.network;
  const auto& optimizer = before.optimizer;
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
          "wrong shape  lookahead.slow.0 [1], expected");
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

TEST_CASE("trainer: advice on a loss that is not finite names the rate of Muon where it moves weights", "[examples]") {
  const double muon_rate = GENERATE(0, 0.05);
  TrainerOptions chosen = options();
  chosen.muon_rate = muon_rate;
  Training training(chosen);
  parameters(training.network.head())[0].mutable_value()[0] = std::numeric_limits<Real>::infinity();
  const bool muon = muon_rate > 0;
  const std::string advice = muon ? "; try a smaller --muon-rate, or a smaller --lr" : "; try a smaller --lr";
  CHECK_THROWS_WITH(training.trainer.train_epoch(), Catch::Matchers::EndsWith(advice));
  const TemporaryFolder scratch;
  CHECK_THROWS_WITH(save_checkpoint(scratch.path() / "checkpoint", training.trainer.state(), {}),
                    Catch::Matchers::EndsWith(advice));
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
