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
#include "datasets/data_loader.h"
#include "layers/module.h"

namespace onefold {

/// How a classifier is trained: SGD with Nesterov momentum, or Muon for its convolutions; the rate rises in a straight
/// line over the first steps, then falls in one to nearly nothing.
struct TrainerOptions {
  int64_t epochs = 1;
  int64_t batch_size = 128;
  double learning_rate = 0.1;  // the largest, where warm-up ends
  double momentum = 0.9;
  double weight_decay = 5e-4;  // of weights, see decay_groups()
  double label_smoothing = 0;
  double warmup_epochs = 0;     // may be a fraction of one
  double initial_rate = 0;      // where warm-up begins, as a fraction of the largest
  double final_rate = 0;        // where the rate ends, likewise
  double bias_rate = 1;         // learning rate of the batch norms' biases, times the others'
  double muon_rate = 0;         // above 0: the convolutions' weights are moved by Muon, at this rate at the most
  bool detect_anomaly = false;  // whether each step is watched, see layers/labs/anomaly.h; changes no number
  bool lookahead = false;       // slow weights with the usual options, see autograd/annex/lookahead.h
  Augmentation augment = {};
  uint64_t seed = 0;  // of the order of images and their variation; not of the network's weights
};

/// Weight decay pulls weights towards zero. Scales and shifts of batch norms and biases, which are the parameters of
/// one dimension, are left alone: they are few, they do not overfit, and zero is no better a value for them.
///
/// With a bias rate other than 1 the shifts of batch norms form a third group, whose learning rate is multiplied by it.
/// A short training wants them fast: where a ReLU cuts a channel off is found out anew with each change of the weights.
/// Page: "How to Train Your ResNet 8: Bag of Tricks", 2019.
std::vector<ParameterGroup> decay_groups(Module& network, double learning_rate, double weight_decay,
                                         double bias_rate = 1);

/// Where a training stands, and what its epoch under way has summed up.
struct Position {
  int64_t epoch = 0;  // complete epochs
  int64_t step = 0;   // steps of the epoch under way
  int64_t images = 0, correct = 0;
  double loss_sum = 0;      // over images
  double seconds = 0;       // of training
  double wait_seconds = 0;  // of these, spent waiting for the loader

  double loss() const { return loss_sum / static_cast<double>(images); }
  double accuracy() const { return static_cast<double>(correct) / static_cast<double>(images); }
  double images_per_second() const { return static_cast<double>(images) / seconds; }
};

/// What to do about a loss or a weight that is not finite, with or without Muon.
std::string smaller_rate_advice(bool muon);

/// All that the next step reads: with it a training goes on as if it had never stopped, bit by bit.
struct TrainerState {
  Position position;
  std::map<std::string, Tensor> network;    // parameters and buffers, sharing the network's
  std::map<std::string, Tensor> optimizer;  // sharing the optimizers': Sgd's, "muon." and "lookahead." in front
};

/// Trains a network on a dataset, an epoch at a time:
///
///     while (trainer.position().epoch < options.epochs) {
///       trainer.train_epoch();
///       evaluate(network, test, normalization, 256);
///       trainer.next_epoch();
///     }
///
/// Equal bits for equal options on any number of threads, however often it is stopped and resumed.
class Trainer {
 public:
  /// Called after each step, when all is in order to save a state; what it throws ends the epoch early.
  using AfterStep = std::function<void(const Position& position)>;

  /// Network and dataset must outlive the trainer. SGD is told what the network's RepOptimizerConv2d stand for; throws
  /// Error where Muon is to move them.
  Trainer(Module& network, const Dataset& dataset, const ChannelNormalization& normalization,
          const TrainerOptions& options);

  int64_t steps_per_epoch() const { return loader_.batches(); }
  const Position& position() const { return position_; }

  /// The factor of the next step's learning rate, times the largest.
  double learning_rate() const;

  /// Takes the steps that remain of the epoch. Throws NonFiniteLoss where a loss is NaN or infinite, before such a step
  /// changes a weight; with detect_anomaly where any number is, and says which op of which layer made it.
  void train_epoch(const AfterStep& after_step = {});

  /// Closes a finished epoch.
  void next_epoch();

  TrainerState state() const;

  /// Goes on from a state: all of it or, where it is not one of this network and of these options, nothing, and throws
  /// Error that lists every difference.
  void load_state(const TrainerState& state);

 private:
  void take_step(const Batch& batch);
  void take_guarded_step(const Batch& batch);
  std::string place_and_advice() const;

  Module& network_;
  TrainerOptions options_;
  DataLoader loader_;
  std::vector<ParameterGroup> convolutions_;  // left to Muon
  Sgd optimizer_;
  std::optional<Muon> muon_;
  std::optional<Lookahead> lookahead_;
  Schedule schedule_;
  Position position_;
};

}  // namespace onefold
