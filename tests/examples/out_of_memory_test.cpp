#include <cstdint>
#include <map>
#include <string>

#include "core/check.h"
#include "core/memory.h"
#include "layers/state_file.h"
#include "tests/allocators.h"
#include "tests/catch.h"
#include "tests/examples/small_training.h"
#include "tests/sanitizers.h"
#include "tests/temporary_folder.h"

using namespace onefold;

namespace {

/// What an action throws as its n-th allocation fails: its message, or nothing.
template <class Action>
std::string message_without(int64_t nth, const Action& action) {
  const FailingAllocation failing(nth);
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// How many buffers an action asks for.
template <class Action>
int64_t allocations_of(const Action& action) {
  const int64_t before = memory_usage().allocations;
  action();
  return memory_usage().allocations - before;
}

/// Bytes held once the gradients are gone, of which a step that failed half-way has left some.
size_t live_without_gradients(Training& training) {
  for (Variable& parameter : parameters(training.network)) parameter.clear_grad();
  return memory_usage().live;
}

/// Lets every `stride`th allocation of a step fail, each in a step of its own: every time an Error and no leak. After
/// every tenth of these the step is taken again, and must have the bits of one that nothing disturbed.
void fail_each_allocation_of_a_step(const std::string& family, int64_t stride) {
  TrainerOptions chosen = options();
  chosen.muon_rate = 0.05;
  chosen.lookahead = true;
  chosen.batch_size = 2;
  Training training(chosen, narrow(family));
  // The last step of all is one of Lookahead's, too, and has the loader make one batch and no other ahead.
  const int64_t last = training.steps_in_all();
  training.train_to(last - 1);
  const TrainerState before = training.trainer.state();
  const auto step = [&] { training.train_to(last); };
  step();
  training.trainer.load_state(before);
  const int64_t allocations = allocations_of(step);
  REQUIRE(allocations > 200);
  const TrainerState expected = training.trainer.state();
  training.trainer.load_state(before);
  const size_t live = live_without_gradients(training);

  for (int64_t n = 1; n <= allocations; n += stride) {
    CAPTURE(n);
    REQUIRE_THAT(message_without(n, step),
                 ContainsSubstring("out of memory: ") && ContainsSubstring("use a smaller batch"));
    REQUIRE(training.steps_done() == last - 1);
    training.trainer.load_state(before);
    REQUIRE(live_without_gradients(training) == live);
    if (n % 10 != 1) continue;
    step();
    REQUIRE(same_bits(training.trainer.state().network, expected.network));
    REQUIRE(same_bits(training.trainer.state().optimizer, expected.optimizer));
    training.trainer.load_state(before);
  }
  CHECK(message_without(allocations + 1, step).empty());
}

}  // namespace

TEST_CASE("out of memory: any allocation of a training step may fail, without a leak, and the step taken again",
          "[examples]") {
  fail_each_allocation_of_a_step("repvgg", kSanitized ? 7 : 1);
}

TEST_CASE("out of memory: so it is with blocks of six branches", "[examples][.long]") {
  fail_each_allocation_of_a_step("dbb", 3);
}

TEST_CASE("out of memory: any allocation of loading a model may fail, and leaves the model as it was", "[examples]") {
  const TemporaryFolder scratch;
  const auto path = scratch.path() / "model.safetensors";
  Training trained, other;
  trained.train_to(2);
  save_model(path, trained.network, {});
  const std::map<std::string, Tensor> loaded = state(trained.network);
  const std::map<std::string, Tensor> before = other.trainer.state().network;

  const auto load = [&] { load_model(path, other.network); };
  const int64_t allocations = allocations_of([&] { load_model(path, trained.network); });
  REQUIRE(allocations > 100);
  const size_t live = memory_usage().live;
  for (int64_t n = 1; n <= allocations; n += kSanitized ? 10 : 1) {
    CAPTURE(n);
    REQUIRE_THAT(message_without(n, load), ContainsSubstring("out of memory: "));
    REQUIRE(memory_usage().live == live);
    REQUIRE(same_bits(state(other.network), before));
  }
  load();
  CHECK(same_bits(state(other.network), loaded));
}
