#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "autograd/annex/lookahead.h"
#include "autograd/annex/muon.h"
#include "autograd/optim/optimizer.h"
#include "autograd/optim/schedule.h"
#include "core/gemm/precision.h"
#include "datasets/data_loader.h"
#include "examples/training/shards.h"
#include "layers/module.h"

namespace onefold {

/// How a classifier is trained: SGD with Nesterov momentum, or Muon for its convolutions; the learning rate rises
/// linearly over the first steps, then falls linearly to nearly zero.
struct TrainerOptions {
  int64_t epochs = 1;
  int64_t batch_size = 128;
  int64_t shards = 1;          // of a batch, which ranks compute, see shards.h
  double learning_rate = 0.1;  // the maximum, at the end of warm-up
  double momentum = 0.9;
  double weight_decay = 5e-4;  // of weights, see decay_groups()
  double label_smoothing = 0;
  double warmup_epochs = 0;               // may be a fraction
  double initial_rate = 0;                // at the start of warm-up, as a fraction of the maximum
  double final_rate = 0;                  // at the end, likewise
  double bias_rate = 1;                   // learning rate of batch-norm biases relative to the others'
  double muon_rate = 0;                   // above 0: Muon trains the weights of convolutions, with this maximum rate
  bool detect_anomaly = false;            // watch each step, see layers/inspect/anomaly.h; changes no result
  bool lookahead = false;                 // Lookahead with its default options, see autograd/annex/lookahead.h
  Precision precision = Precision::real;  // of the convolutions' products in training
  Schedule schedule = {}, muon_schedule = {};  // of SGD's and Muon's rate, instead of warm-up and decay
  Augmentation augment = {};
  uint64_t seed = 0;  // of the order and augmentation of images; not of the network's weights
};

/// Weight decay pulls weights towards zero. Biases and the scales and shifts of batch norms, the parameters of one
/// dimension, are exempt: they are few, they do not overfit, and zero is no better a value for them.
///
/// With a bias rate other than 1 the shifts of batch norms form a third group, whose learning rate is multiplied by it.
/// Short trainings want it high: each change of the weights moves the point at which a ReLU should cut a channel off.
/// Page: "How to Train Your ResNet 8: Bag of Tricks", 2019.
std::vector<ParameterGroup> decay_groups(Module& network, double learning_rate, double weight_decay,
                                         double bias_rate = 1);

/// The position of a training run, and the sums over its current epoch.
struct Position {
  int64_t epoch = 0;  // completed epochs
  int64_t step = 0;   // completed steps of the current epoch
  int64_t images = 0, correct = 0;
  double loss_sum = 0;      // over images
  double seconds = 0;       // of training
  double wait_seconds = 0;  // the part of it spent waiting for the loader

  double loss() const { return loss_sum / static_cast<double>(images); }
  double accuracy() const { return static_cast<double>(correct) / static_cast<double>(images); }
  double images_per_second() const { return static_cast<double>(images) / seconds; }
};

/// The loss of a step, and the learning rates that it was taken with; Muon's is 0 without Muon.
struct TakenStep {
  double loss = 0, learning_rate = 0, muon_rate = 0;
};

/// Advice for a loss or a weight that is not finite, with or without Muon.
std::string smaller_rate_advice(bool muon);

/// Everything that the next step reads: with it a training run continues as if it had never stopped, bit for bit.
struct TrainerState {
  Position position;
  std::map<std::string, Tensor> network;    // copies of parameters and buffers
  std::map<std::string, Tensor> optimizer;  // copies: Sgd's, then "muon." and "lookahead."
};

/// Trains a network on a dataset, epoch by epoch:
///
///     while (trainer.position().epoch < options.epochs) {
///       trainer.train_epoch();
///       evaluate(network, test, normalization, 256);
///       trainer.next_epoch();
///     }
///
/// The same options give the same bits on any number of threads and ranks, however often training is stopped and
/// resumed. With several ranks, all of them call the trainer's functions together, see cli/ranks.h.
class Trainer {
 public:
  /// Called after each step, when the state may be saved; an exception ends the epoch early.
  using AfterStep = std::function<void(const Position& position)>;

  /// Network and dataset must outlive the trainer. SGD gets the branch scales of the network's RepOptimizerConv2d
  /// layers; throws Error if Muon is to train them. Throws UsageError for shards that do not fit, see check_shards().
  Trainer(Module& network, const Dataset& dataset, const ChannelNormalization& normalization,
          const TrainerOptions& options);

  int64_t steps_per_epoch() const { return loader_.batches() / options_.shards; }
  const Position& position() const { return position_; }

  const TakenStep& last_step() const { return last_step_; }

  /// The learning rate of the next step: the schedule's factor times the maximum.
  double learning_rate() const;

  /// Takes the remaining steps of the epoch. Throws NonFiniteLoss if a loss is NaN or infinite, before that step
  /// changes a weight; with detect_anomaly if any value is, and names the op and the layer that produced it.
  void train_epoch(const AfterStep& after_step = {});

  /// Ends a finished epoch.
  void next_epoch();

  TrainerState state() const;

  /// Continues from a state. If it does not fit this network and these options, loads nothing and throws Error with
  /// the state_differences().
  void load_state(const TrainerState& state);

 private:
  StepResult find_gradients();
  StepResult find_mean_gradients();
  void take_step();
  void take_guarded_step();
  std::string place_and_advice() const;

  Module& network_;
  TrainerOptions options_;
  DataLoader loader_;
  std::vector<ParameterGroup> convolutions_;  // for Muon
  Sgd optimizer_;
  std::optional<Muon> muon_;
  std::optional<Lookahead> lookahead_;
  Schedule schedule_, muon_schedule_;
  Position position_;
  TakenStep last_step_;
};

}  // namespace onefold
