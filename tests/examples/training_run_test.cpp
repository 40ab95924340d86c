#include "examples/support/training_run.h"

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
