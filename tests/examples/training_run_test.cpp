#include "examples/training/training_run.h"

#include <filesystem>
#include <sstream>
#include <string>

#include "core/check.h"
#include "datasets/shapes10.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

using namespace onefold;

namespace {

TrainingSetup setup(const std::filesystem::path& folder) {
  TrainingSetup made;
  made.net = "tiny";
  made.data = {.kind = "shapes10", .splits = shapes10(1, 8, 4), .normalization = {{0.5, 0.5, 0.5}, {0.25, 0.25, 0.25}}};
  made.trainer = {.epochs = 2, .batch_size = 4};
  made.folder = {folder};
  made.options = {{"epochs", 2}};
  made.command = "a test";
  return made;
}

}  // namespace

TEST_CASE("training run: one pixel changed, and it is not the same run", "[examples]") {
  const TemporaryFolder scratch;
  TrainingRun run(setup(scratch.path()));
  run.begin();
  const Checkpoint checkpoint = load_checkpoint(RunFolder{scratch.path()}.checkpoint());
  CHECK(checkpoint.about.at("options").at("epochs") == 2);

  TrainingRun(setup(scratch.path())).resume(checkpoint);
  TrainingSetup other_train = setup(scratch.path()), other_test = setup(scratch.path());
  other_train.data.splits.train.pixels[100] ^= 1;
  other_test.data.splits.test.labels[0] ^= 1;
  CHECK_THROWS_WITH(TrainingRun(other_train).resume(checkpoint), ContainsSubstring("--data-dir"));
  CHECK_THROWS_WITH(TrainingRun(other_test).resume(checkpoint), ContainsSubstring("--data-dir"));
}

TEST_CASE("training run: run.json says when it was begun and resumed", "[examples]") {
  const TemporaryFolder scratch;
  const RunFolder folder{scratch.path()};
  TrainingRun run(setup(scratch.path()));
  run.begin();
  CHECK(!run.finished());
  const auto begun = read_json(folder.run());
  CHECK(begun["finished"].is_null());
  CHECK(begun["dataset"]["train_images"] == 8);
  CHECK(begun["counts"]["parameters"] == 331082);

  TrainingRun(setup(scratch.path())).resume(load_checkpoint(folder.checkpoint()));
  const auto resumed = read_json(folder.run());
  CHECK(resumed["started"] == begun["started"]);
  REQUIRE(resumed["resumed"].size() == 1);
  CHECK(resumed["resumed"][0]["after_epoch"] == 0);
}

TEST_CASE("training run: the best epoch's network is kept, and known again after a resume", "[examples]") {
  const TemporaryFolder scratch;
  const auto with_four_epochs = [&](const char* name) {
    TrainingSetup made = setup(scratch.path() / name);
    made.data.splits = shapes10(1, 16, 40);
    made.trainer = {.epochs = 4, .batch_size = 4, .learning_rate = 0.1, .seed = 5};
    return made;
  };
  const RunFolder whole{scratch.path() / "whole"}, resumed{scratch.path() / "resumed"};
  TrainingRun uninterrupted(with_four_epochs("whole"));
  uninterrupted.begin();
  CHECK(!std::filesystem::exists(whole.best()));
  uninterrupted.train(4);

  // The first of the log's epochs that no other is better than.
  double best_accuracy = -1;
  int64_t best_epoch = 0;
  std::istringstream log(read_bytes(whole.log()));
  for (std::string line; std::getline(log, line);) {
    const auto entry = nlohmann::json::parse(line);
    if (entry["test_accuracy"] <= best_accuracy) continue;
    best_accuracy = entry["test_accuracy"];
    best_epoch = entry["epoch"];
  }
  const auto about = load_checkpoint(whole.checkpoint()).about;
  CHECK(about.at("best").at("epoch") == best_epoch);
  CHECK(about.at("best").at("test_accuracy") == best_accuracy);
  const SavedNetwork best = load_network(whole.best());
  const TrainingSetup made = with_four_epochs("whole");
  CHECK(evaluate(best.network(), made.data.splits.test, best.card.normalization, 16).accuracy() == best_accuracy);

  for (int64_t epoch = 0; epoch < 4; ++epoch) {
    TrainingRun run(with_four_epochs("resumed"));
    epoch == 0 ? run.begin() : run.resume(load_checkpoint(resumed.checkpoint()));
    run.train(epoch + 1);
  }
  CHECK(read_bytes(resumed.best()) == read_bytes(whole.best()));
  CHECK(load_checkpoint(resumed.checkpoint()).about.at("best") == about.at("best"));
}
