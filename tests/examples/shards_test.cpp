#include "examples/training/shards.h"

#include "core/check.h"
#include "core/parallel.h"
#include "examples/cli/program.h"
#include "layers/activations.h"
#include "layers/batch_norm.h"
#include "layers/conv2d.h"
#include "layers/labs/whitening.h"
#include "layers/linear.h"
#include "layers/pooling.h"
#include "layers/sequential.h"
#include "tests/catch.h"
#include "tests/examples/small_training.h"

using namespace onefold;

namespace {

TrainerOptions in_shards(int64_t shards) {
  TrainerOptions chosen = options();
  chosen.shards = shards;
  return chosen;
}

/// Restores the number of threads.
struct Threads {
  const int before = threads();
  ~Threads() { set_threads(before); }
};

}  // namespace

TEST_CASE("shards: the same bits for any number of threads", "[examples]") {
  const Threads restore;
  std::map<std::string, Tensor> first;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    Training training(in_shards(2));
    training.train_to_end();
    if (first.empty()) first = training.trainer.state().network;
    CAPTURE(count);
    CHECK(same_bits(training.trainer.state().network, first));
  }
}

TEST_CASE("shards: stopped after any step and resumed, the same bits", "[examples]") {
  Training whole(in_shards(2));
  whole.train_to_end();
  for (int64_t steps = 1; steps < whole.steps_in_all(); ++steps) {
    Training stopped(in_shards(2)), resumed(in_shards(2));
    stopped.train_to(steps);
    resumed.trainer.load_state(stopped.trainer.state());
    resumed.train_to_end();
    CAPTURE(steps);
    CHECK(same_bits(resumed.trainer.state().network, whole.trainer.state().network));
  }
}

TEST_CASE("shards: without batch norms they learn what whole batches teach", "[examples]") {
  const DatasetSplits data = shapes10(1, 3 * 12 + 5, 1);
  const auto trained = [&](int64_t shards) {
    Initializer initializer(5);
    Sequential network;
    network.add<Conv2d>(Conv2dOptions{.in = 3, .out = 8}, initializer);
    network.add<Relu>();
    network.add<GlobalAvgPool>();
    network.add<Linear>(8, 10, initializer);
    TrainerOptions chosen = in_shards(shards);
    chosen.batch_size = 12;
    Trainer trainer(network, data.train, {}, chosen);
    CHECK(trainer.steps_per_epoch() == 3);
    trainer.train_epoch();
    return trainer.state();
  };
  const TrainerState whole = trained(1);
  for (const int64_t shards : {2, 3, 4, 12}) {
    const TrainerState parts = trained(shards);
    CAPTURE(shards);
    for (const auto& [name, tensor] : whole.network) {
      CHECK(max_abs_difference(parts.network.at(name), tensor) < 1e-6 * max_abs(tensor));
    }
    CHECK(parts.position.loss_sum == Approx(whole.position.loss_sum).epsilon(1e-6));
    CHECK(parts.position.images == whole.position.images);
    CHECK(parts.position.correct == whole.position.correct);
  }
}

TEST_CASE("shards: running statistics become the mean over the shards, frozen weights stay", "[examples]") {
  Sequential network;
  BatchNorm2d& norm = network.add<BatchNorm2d>(1);
  const auto train_on = [&](const std::vector<Real>& pixels) {
    const Variable y = network(Variable(Tensor::from({2, 1, 1, 1}, pixels)));
    y.backward(Tensor::full(y.shape(), 1));
  };
  ShardMean mean(network, 2);
  train_on({1, 3});  // mean 2, unbiased variance 2
  mean.add({.loss = 1, .images = 2, .correct = 2});
  CHECK(state(norm).at("running_mean").item() == 0);
  train_on({0, 8});  // mean 4, unbiased variance 32
  mean.add({.loss = 4, .images = 2, .correct = 1});
  const StepResult result = mean.finish();
  CHECK(state(norm).at("running_mean").item() == Approx(0.1 * 3));
  CHECK(state(norm).at("running_var").item() == Approx(0.9 * 1 + 0.1 * 17));
  CHECK(named_parameters(norm)[1].value.grad().item() == 2);  // of beta: the mean of 2 and 2
  CHECK(result.loss == 2.5);
  CHECK(result.images == 4);
  CHECK(result.correct == 3);

  TrainerOptions chosen = in_shards(3);
  chosen.batch_size = 6;
  Training training(chosen, vgg_variant("short"));
  for (auto& [name, module] : named_modules(training.network)) {
    if (auto* whitening = dynamic_cast<Whitening*>(module)) whitening->fit(all_images(training.images, {}));
  }
  const std::map<std::string, Tensor> before = training.trainer.state().network;
  training.train_to(1);
  size_t frozen = 0;
  for (const auto& [name, tensor] : training.trainer.state().network) {
    if (!name.starts_with("whitening")) continue;
    CHECK(max_abs_difference(tensor, before.at(name)) == 0);
    ++frozen;
  }
  CHECK(frozen == 1);
}

TEST_CASE("shards: those that do not fit are refused before the first step", "[examples]") {
  CHECK_THROWS_AS(check_shards(0, 8), UsageError);
  CHECK_THROWS_WITH(check_shards(0, 8), "--shards 0: needs at least 1");
  const auto refused = [](int64_t shards, int64_t images, const std::string& batches) {
    CHECK_THROWS_WITH(Training(in_shards(shards), vgg_variant("tiny"), images),
                      "--shards " + std::to_string(shards) + ": batches of " + batches +
                          " images cannot be divided into as many equal parts; choose a divisor, or another "
                          "--batch-size");
  };
  refused(3, 12, "4");
  refused(8, 12, "4");
  refused(2, 3, "3");  // of a dataset smaller than a batch
}
