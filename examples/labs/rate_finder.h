#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "examples/training/trainer.h"
#include "examples/training/training_run.h"

namespace CLI {
class App;
}

namespace onefold {

/// Learning rates from the lowest to the highest, each larger than the one before it by the same factor.
struct RateSweep {
  double lowest = 1e-3, highest = 10;
  int64_t steps = 100;
};

/// What a step at each rate did to the loss, up to the one at which that diverged, if it did.
struct RateCurve {
  std::vector<double> rates = {}, losses = {};
  std::vector<double> smoothed = {};  // means of the losses of a step and of kReach steps before and after it
  bool diverged = false;
  std::optional<double> lowest = {};  // the rate at which that is lowest, unless it only rises

  /// Half the rate at which the loss stops falling: a run takes more steps at its maximum rate than a sweep.
  std::optional<double> suggestion() const { return lowest ? std::optional(*lowest / 2) : std::nullopt; }

  /// Why the suggestion is weak, in words; empty if it is not, or if there is none. It is if the smoothed loss falls to
  /// its lowest value, or from there rises to its last, by less than kClear times the spread of a step: the root mean
  /// square, up to the lowest, of a loss's distance from the smoothed one. A loss that diverged has risen.
  std::string weakness() const;
};

inline constexpr int64_t kReach = 5;
inline constexpr double kClear = 2;
inline constexpr double kDivergence = 1.25;  // of the smoothed loss, as a multiple of its lowest value

/// Trains the network for a few steps while a learning rate grows: at too small a rate the loss stays as it is, at too
/// large a one it rises. Smith: "Cyclical Learning Rates for Training Neural Networks", WACV 2017 (arXiv:1506.01186),
/// section 3.3; there the rate grows linearly, and the accuracy is what is looked at.
///
/// Sweeps SGD's rate or Muon's; the other of the two stays at options.initial_rate times its maximum, where a warm-up
/// begins. Ends early when the loss diverges: it is not finite, or the smoothed one is kDivergence times its lowest
/// value. The curve depends on network, images and options only, as training does.
RateCurve sweep_rate(Module& network, const Dataset& images, const ChannelNormalization& normalization,
                     TrainerOptions options, bool of_muon, const RateSweep& sweep = {},
                     const std::function<void(int64_t steps)>& after_step = {});

/// --find-lr: "lr", "muon-rate", or without a value the empty string.
void add_find_lr_option(CLI::App& app, std::optional<std::string>& rate);

/// The rate that --find-lr asks for: without a value, that of the convolutions. Throws UsageError if there is no such
/// rate in this training, or if other options ask for something else than finding it.
std::string rate_to_find(const CLI::App& app, const std::string& asked, bool has_muon);

/// Sweeps "lr" or "muon-rate" with a new network, as train_cifar10 would begin to train it: prints a table and the
/// suggestion to stdout, and writes run.json and rates.json (see report/report.h) to the setup's folder.
void find_rate(const TrainingSetup& setup, const std::string& rate);

}  // namespace onefold
