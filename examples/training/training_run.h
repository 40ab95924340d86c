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
#include "examples/training/networks.h"
#include "examples/training/run_folder.h"
#include "examples/training/trainer.h"
#include "layers/labs/vgg_variant.h"

namespace onefold {

/// What a training is made of.
struct TrainingSetup {
  std::string net;
  std::string reparam = "repvgg";  // the family of its blocks
  DataSource data;
  TrainerOptions trainer;                    // its seed is also that of the network's first weights
  std::map<std::string, Tensor> start = {};  // these first weights instead, where there are any
  int64_t views = 1;                         // of a test image at the end; after an epoch one is enough
  int64_t checkpoint_every = 0;              // steps; 0: after an epoch alone
  RunFolder folder;
  nlohmann::ordered_json options;  // as run.json and the checkpoint keep them
  std::string command;             // the command line
};

/// The best epoch so far, by the test images.
struct BestEpoch {
  int64_t epoch = 0;  // from 1; 0: none yet
  double test_accuracy = 0;
};

/// What a checkpoint's images were normalised by; `otherwise` for one that does not say. A run that fine-tunes has it
/// from the network that it began with.
ChannelNormalization saved_normalization(const Checkpoint& checkpoint, const ChannelNormalization& otherwise);

/// A training and its folder: epochs, their lines in log and on stderr, checkpoints, and at the end the model.
///
/// There is a checkpoint from the first moment on, after every epoch, and between them as often as the setup says. So
/// whatever ends the program, the run can go on: a signal saves first, within one step, and leaves as Interrupted; a
/// loss that is not finite leaves as NonFiniteLoss and keeps the last good checkpoint. Beside the last state stands the
/// network of the best epoch; which one that is the checkpoint knows.
class TrainingRun {
 public:
  explicit TrainingRun(TrainingSetup setup);

  /// Makes the folder with its first checkpoint, in place of any run in it.
  void begin();

  /// Goes on from the folder's checkpoint. Throws Error where the images are not those of the run.
  void resume(const Checkpoint& checkpoint);

  /// Trains up to and with this epoch, or the last one.
  void train(int64_t last_epoch);
  bool finished() const;

  /// Writes model, confusion matrix and result, and prints the result to stdout.
  void finish();

 private:
  void train_epoch();
  Evaluation evaluate_network(int64_t views = 1);
  void save() const;
  void save_if_due() const;
  void keep_best(const Evaluation& evaluation);
  ModelCard card() const;
  void log_epoch(const Evaluation& evaluation);
  nlohmann::ordered_json describe();

  TrainingSetup setup_;
  std::string train_hash_, test_hash_;
  Initializer initializer_;
  std::unique_ptr<RepVgg> network_;
  Trainer trainer_;
  std::optional<EpochLog> log_;
  std::optional<Evaluation> last_evaluation_;
  BestEpoch best_;
  double train_seconds_ = 0, wait_seconds_ = 0;  // of the epochs that this process has ended
  nlohmann::ordered_json record_;                // run.json
};

}  // namespace onefold
