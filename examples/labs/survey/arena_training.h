#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "examples/labs/survey/finished_runs.h"
#include "examples/training/data_source.h"
#include "examples/training/trainer.h"
#include "layers/initializer.h"
#include "layers/inspect/count.h"
#include "layers/module.h"

namespace onefold {

// Ways to train one row of 3x3 convolutions, compared over seeds: what is compared, and what comes of it.

/// A form of training. All but "residual" fold to the same row of convolutions.
struct ArenaMethod {
  std::string name, about;
  std::function<std::unique_ptr<Module>(int64_t depth, int64_t width, int64_t classes, Initializer& initializer)> make;
};

const std::vector<ArenaMethod>& arena_methods();
const ArenaMethod& arena_method(const std::string& name);

/// All that a training depends on, apart from the images.
struct ArenaRun {
  std::string method;
  int64_t depth = 20, width = 16, epochs = 20, batch_size = 128;
  std::string optimizer = "sgd";  // or "muon": of the convolutions; all else is trained with SGD
  double rate = 0.1, decay = 5e-4;
  uint64_t seed = 1;
};

/// Training images, test images, and images to choose rates and decays with.
struct ArenaImages {
  DataSource data;
  Dataset held_out;
};

/// Holds out the training images that follow the first `limit_train`, or the last ones if that is 0. Throws UsageError
/// if there are too few.
ArenaImages load_arena_images(DataOptions options, int64_t limit_train, int64_t held_out);

/// Trains a network as train_briefly() does: "loss" of the last epoch, "accuracy" on test images and, if there are any,
/// "held_out" on those. All are NaN if the training diverged.
FinishedRuns::Result train(const std::string& name, Module& network, const ArenaImages& images,
                           const TrainerOptions& options);
FinishedRuns::Result train(const std::string& name, const ArenaRun& run, const ArenaImages& images);

/// What a form of training costs, and what it folds to.
struct ArenaCosts {
  int64_t parameters = 0;     // in training
  Counts folded = {};         // of an image
  double step_seconds = 0;    // the fastest step; NaN if none was timed
  int64_t step_bytes = 0;     // the peak of all tensors in a step
  double folded_seconds = 0;  // of an image, likewise
};

/// Times that many steps, and as many folded images times twenty.
ArenaCosts costs(const ArenaRun& run, int64_t steps, const ArenaImages& images);

}  // namespace onefold
