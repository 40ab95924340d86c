#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "examples/training/checkpoint.h"
#include "examples/training/data_source.h"
#include "examples/training/evaluation.h"
#include "examples/training/event_file.h"
#include "examples/training/networks.h"
#include "examples/training/run_folder.h"
#include "examples/training/trainer.h"

namespace onefold {

/// Everything that defines a training run.
struct TrainingSetup {
  std::string net;
  std::string reparam = "repvgg";  // the family of its blocks; "" for none of RepVGG's
  DataSource data;
  TrainerOptions trainer;                    // the seed is also that of the network's initial weights
  std::map<std::string, Tensor> start = {};  // initial weights to use instead, if not empty
  int64_t views = 1;                         // per test image at the end; after an epoch one is enough
  int64_t checkpoint_every = 0;              // steps; 0 = only after each epoch
  bool tensorboard = false;                  // write an EventFile, too
  std::string data_dir = {};                 // where the images are from, if it was named: a resumed run looks there
  RunFolder folder;
  nlohmann::ordered_json options;  // as stored in run.json and the checkpoint
  std::string command;             // the command line
};

/// The best epoch so far, by test accuracy.
struct BestEpoch {
  int64_t epoch = 0;  // from 1; 0 = none yet
  double test_accuracy = 0;
};

/// How a checkpoint's images were normalised; `otherwise` if it does not say. Fine-tuning keeps the normalization of
/// the network that it began with.
ChannelNormalization saved_normalization(const Checkpoint& checkpoint, const ChannelNormalization& otherwise);

/// A training run and its folder: epochs, their lines in the log and on stderr, checkpoints, and at the end the model.
///
/// A checkpoint is written at the start, after every epoch, and in between as often as the setup says. So whatever ends
/// the program, the run can be continued: a signal saves within one step and is thrown as Interrupted; a loss that is
/// not finite is thrown as NonFiniteLoss and leaves the last good checkpoint. The network of the best epoch is saved
/// separately; the checkpoint records which epoch that is. All ranks call these functions together, see cli/ranks.h;
/// rank 0 writes.
class TrainingRun {
 public:
  explicit TrainingRun(TrainingSetup setup);

  /// Creates the folder with its first checkpoint, replacing any run in it.
  void begin();

  /// Continues from the folder's checkpoint. Throws Error if the images are not those of the run.
  void resume(const Checkpoint& checkpoint);

  /// Trains up to and including this epoch, or the last one.
  void train(int64_t last_epoch);
  bool finished() const;

  /// Writes model, confusion matrix and result, prints the result to stdout, and returns what was tested.
  Evaluation finish();

  const Dataset& test_images() const { return setup_.data.splits.test; }

  /// run.json of a run that begins now, and the network that it trains.
  nlohmann::ordered_json describe();
  Module& network() { return *network_; }

 private:
  void train_epoch();
  Evaluation evaluate_network(int64_t views = 1);
  void open_log();
  int64_t steps_taken() const;
  void save();
  void save_if_due();
  void keep_best(const Evaluation& evaluation);
  ModelCard card() const;
  void log_epoch(const Evaluation& evaluation);

  TrainingSetup setup_;
  std::string train_hash_, test_hash_;
  Initializer initializer_;
  std::unique_ptr<Module> network_;
  Trainer trainer_;
  std::optional<EpochLog> log_;
  std::optional<EventFile> events_;
  std::optional<Evaluation> last_evaluation_;
  BestEpoch best_;
  double train_seconds_ = 0, wait_seconds_ = 0;  // of the epochs that this process has finished
  nlohmann::ordered_json record_;                // run.json
};

}  // namespace onefold
