#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "examples/cli/program.h"
#include "examples/pictures/line_chart.h"
#include "examples/training/data_source.h"
#include "examples/training/evaluation.h"
#include "examples/training/trainer.h"

namespace onefold {

// What the labs of the survey share: a training of a few epochs without a run folder, and a file of charts.

/// The recipe of such a training: train_cifar10's, with more and smaller steps, since there are few epochs of them.
struct ShortRecipe {
  int64_t epochs = 3;
  int64_t limit_train = 10000;  // images
  int64_t batch_size = 64;
  double lr = 0.02;         // rises for half an epoch, then falls linearly to a hundredth
  double muon_rate = 0.02;  // of convolutions; 0 = SGD only
  uint64_t seed = 1;        // of the weights, and of the order and augmentation of images

  TrainerOptions trainer() const;
};

/// --epochs, --batch-size, --lr, --muon-rate, --seed and --limit-train.
void add_recipe_options(CommandLine& line, ShortRecipe& recipe, const std::string& lr = "maximum learning rate");

/// The images to train with by this recipe, and to test with.
DataSource load_data(DataOptions options, const ShortRecipe& recipe);

/// What comes of a training.
struct ShortTraining {
  double loss = 0;  // mean of the last epoch
  double seconds_per_epoch = 0;
  Evaluation test;  // with the last weights, not those of the epoch that did best on the test images
};

/// Trains the network, and prints a line that begins with `name` to stderr. Throws NonFiniteLoss, and Interrupted after
/// catch_stop_signals().
ShortTraining train_briefly(const std::string& name, Module& network, const DataSource& data,
                            const TrainerOptions& options);

/// An SVG file of charts, two per row.
std::string charts_file(const std::string& title, const std::vector<std::string>& notes,
                        const std::vector<LineChart>& charts);

}  // namespace onefold
