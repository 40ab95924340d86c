#include <string>
#include <vector>

#include "core/parallel.h"
#include "examples/training/checkpoint.h"
#include "tests/catch.h"
#include "tests/examples/small_training.h"
#include "tests/temporary_folder.h"

using namespace onefold;

namespace {

/// Trains once without a stop, saving after every step, then goes on from each of these checkpoints to the end, each
/// time with another number of threads. The steps from which the end is not the same, bit by bit.
std::vector<int64_t> steps_that_end_otherwise(const TrainerOptions& chosen, const VggVariant& size, int64_t steps) {
  const TemporaryFolder scratch;
  const auto checkpoint = [&](int64_t step) { return scratch.path() / std::to_string(step); };
  const int threads_before = threads();
  const int64_t images = steps * chosen.batch_size + 1;  // one is left over in each epoch
  Training whole(chosen, size, images);
  const auto save = [&] {
    save_checkpoint(checkpoint(whole.steps_done()), whole.trainer.state(), {{"step", whole.steps_done()}});
  };
  save();
  whole.train_to_end(save);
  const TrainerState expected = whole.trainer.state();
  REQUIRE(expected.position.epoch == chosen.epochs);
  REQUIRE(whole.steps_in_all() == chosen.epochs * steps);

  std::vector<int64_t> wrong;
  for (int64_t step = 0; step <= whole.steps_in_all(); ++step) {
    set_threads(1 + static_cast<int>(step % 4));
    const Checkpoint saved = load_checkpoint(checkpoint(step));
    CHECK(saved.about == nlohmann::ordered_json{{"step", step}});
    Training second(chosen, size, images);
    second.trainer.load_state(saved.state);
    REQUIRE(second.steps_done() == step);
    second.train_to_end();
    const TrainerState resumed = second.trainer.state();
    const bool same = same_bits(resumed.network, expected.network) && same_bits(resumed.optimizer, expected.optimizer);
    if (!same) wrong.push_back(step);
  }
  set_threads(threads_before);
  return wrong;
}

}  // namespace

TEST_CASE("resume: from each of 50 steps the run ends with the bits of one never stopped", "[examples][.long]") {
  const bool muon = GENERATE(false, true);
  TrainerOptions chosen = options();
  chosen.epochs = 5;
  chosen.batch_size = 2;
  chosen.bias_rate = muon ? 4 : 1;
  chosen.muon_rate = muon ? 0.05 : 0;
  chosen.lookahead = muon;
  CAPTURE(muon);
  CHECK(steps_that_end_otherwise(chosen, narrow(), 10) == std::vector<int64_t>{});
}

TEST_CASE("resume: so it is for every family of blocks", "[examples][.long]") {
  const std::vector<std::string> families = families_of_networks();
  REQUIRE(families.size() >= 11);
  for (const std::string& family : families) {
    TrainerOptions chosen = options();
    chosen.batch_size = 2;
    chosen.muon_rate = family == "repoptimizer" ? 0 : 0.05;
    CAPTURE(family);
    CHECK(steps_that_end_otherwise(chosen, narrow(family), kSteps) == std::vector<int64_t>{});
  }
}

TEST_CASE("resume: a state that lacks anything of an optimizer ends otherwise", "[examples]") {
  TrainerOptions chosen = options();
  chosen.muon_rate = 0.05;
  chosen.lookahead = true;
  Training whole(chosen, narrow());
  whole.train_to(4);
  TrainerState saved = whole.trainer.state();
  whole.train_to_end();
  const auto ends_equal = [&](const TrainerState& state) {
    Training second(chosen, narrow());
    second.trainer.load_state(state);
    second.train_to_end();
    return same_bits(second.trainer.state().network, whole.trainer.state().network);
  };
  REQUIRE(ends_equal(saved));
  for (const char* const part : {"momentum.0", "muon.momentum.0", "lookahead.slow.0"}) {
    TrainerState without = saved;
    without.optimizer.at(part) = Tensor::zeros(saved.optimizer.at(part).shape());
    CAPTURE(part);
    CHECK_FALSE(ends_equal(without));
  }
  TrainerState earlier = saved;
  earlier.position.step -= 1;
  CHECK_FALSE(ends_equal(earlier));
}
