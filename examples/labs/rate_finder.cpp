#include "examples/labs/rate_finder.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "examples/cli/format.h"
#include "examples/cli/program.h"
#include "examples/cli/progress.h"
#include "examples/cli/table.h"
#include "examples/training/networks.h"

namespace onefold {

namespace {

double mean_around(const std::vector<double>& losses, int64_t step) {
  const int64_t begin = std::max<int64_t>(0, step - kReach), end = std::min(std::ssize(losses), step + kReach + 1);
  return std::accumulate(losses.begin() + begin, losses.begin() + end, 0.0) / static_cast<double>(end - begin);
}

/// Smooths the losses, and finds the lowest. Within the first mean, no rate has done anything yet.
void evaluate(RateCurve& curve) {
  for (int64_t i = 0; i < std::ssize(curve.losses); ++i) curve.smoothed.push_back(mean_around(curve.losses, i));
  const auto lowest = std::ranges::min_element(curve.smoothed) - curve.smoothed.begin();
  if (lowest > kReach) curve.lowest = curve.rates[static_cast<size_t>(lowest)];
}

Table table_of(const RateCurve& curve) {
  constexpr size_t kEvery = 5;
  Table table{.columns = {{"step", true}, {"rate", true}, {"loss", true}, {"smoothed", true}}};
  for (size_t i = 0; i < curve.rates.size(); i += kEvery) {
    table.rows.push_back(
        {std::to_string(i + 1), plain(curve.rates[i], 3), fixed(curve.losses[i], 3), fixed(curve.smoothed[i], 3)});
  }
  return table;
}

}  // namespace

std::string RateCurve::weakness() const {
  if (!lowest) return "";
  const auto place = static_cast<size_t>(std::ranges::find(rates, *lowest) - rates.begin());
  double squares = 0;
  for (size_t i = 0; i <= place; ++i) squares += (losses[i] - smoothed[i]) * (losses[i] - smoothed[i]);
  const double spread = std::sqrt(squares / static_cast<double>(place + 1));
  const double fall = smoothed.front() - smoothed[place], rise = smoothed.back() - smoothed[place];
  const std::string scale = fixed(spread, 3) + " by which single steps differ from it";
  if (fall < kClear * spread) {
    return "the smoothed loss falls by " + fixed(fall, 3) + ", less than twice the " + scale;
  }
  if (!diverged && rise < kClear * spread) {
    return "up to the highest rate the smoothed loss rises again by " + fixed(rise, 3) + ", less than twice the " +
           scale;
  }
  return "";
}

RateCurve sweep_rate(Module& network, const Dataset& images, const ChannelNormalization& normalization,
                     TrainerOptions options, bool of_muon, const RateSweep& sweep,
                     const std::function<void(int64_t steps)>& after_step) {
  // The highest rate is the maximum of the swept one, and the schedules are fractions of the maximum.
  (of_muon ? options.muon_rate : options.learning_rate) = sweep.highest;
  const Schedule growing = [sweep](int64_t step) {
    const double left = 1 - static_cast<double>(step) / static_cast<double>(sweep.steps - 1);
    return std::pow(sweep.lowest / sweep.highest, left);
  };
  const Schedule constant = [share = options.initial_rate](int64_t) { return share; };
  options.schedule = of_muon ? constant : growing;
  options.muon_schedule = of_muon ? growing : constant;
  options.epochs = sweep.steps;  // enough: an epoch has at least one step
  Trainer trainer(network, images, normalization, options);

  RateCurve curve;
  double lowest = std::numeric_limits<double>::infinity();
  struct SweepEnds {};
  const auto record = [&](const Position&) {
    const TakenStep& step = trainer.last_step();
    curve.rates.push_back(of_muon ? step.muon_rate : step.learning_rate);
    curve.losses.push_back(step.loss);
    const int64_t steps = std::ssize(curve.losses);
    if (after_step) after_step(steps);
    if (steps > kReach) {
      const double smoothed = mean_around(curve.losses, steps - 1 - kReach);
      lowest = std::min(lowest, smoothed);
      curve.diverged = smoothed >= kDivergence * lowest;
    }
    if (curve.diverged || steps == sweep.steps) throw SweepEnds();
  };
  try {
    for (;; trainer.next_epoch()) trainer.train_epoch(record);
  } catch (const SweepEnds&) {
  } catch (const NonFiniteLoss&) {
    // The first loss is of weights that no rate has changed: training would fail, too.
    if (curve.losses.empty()) throw;
    curve.diverged = true;
  }
  evaluate(curve);
  return curve;
}

void add_find_lr_option(CLI::App& app, std::optional<std::string>& rate) {
  app.add_option("--find-lr", rate,
                 "instead of training, let a rate grow for 100 steps and suggest its maximum: lr or muon-rate "
                 "(default: the one of the convolutions)")
      ->expected(0, 1)
      ->check(CLI::IsMember({"", "lr", "muon-rate"}))
      ->type_name("RATE");
}

std::string rate_to_find(const CLI::App& app, const std::string& asked, bool has_muon) {
  for (const char* other : {"--resume", "--overwrite", "--dry-run", "--stop-after", "--tensorboard"}) {
    if (app.count(other) > 0) {
      throw UsageError(std::string("--find-lr tries rates, and trains no network: leave out ") + other);
    }
  }
  if (asked == "muon-rate" && !has_muon) {
    throw UsageError("--find-lr muon-rate: this training is without Muon; give --find-lr lr, or a --muon-rate above 0");
  }
  return !asked.empty() ? asked : has_muon ? "muon-rate" : "lr";
}

void find_rate(const TrainingSetup& setup, const std::string& rate) {
  TrainingRun run(setup);
  const Dataset& images = setup.data.splits.train;
  const ChannelNormalization& normalization = setup.data.normalization;
  if (setup.start.empty()) fit_whitening(run.network(), images, normalization);
  start_run(setup.folder, run.describe());

  const bool of_muon = rate == "muon-rate", has_muon = setup.trainer.muon_rate > 0;
  const double other = setup.trainer.initial_rate * (of_muon ? setup.trainer.learning_rate : setup.trainer.muon_rate);
  const std::string kept = has_muon ? (of_muon ? ", with --lr " : ", with --muon-rate ") + plain(other) : "";
  const RateSweep sweep;
  RateCurve curve;
  {
    ProgressBar bar("--" + rate, sweep.steps, "step");
    curve = sweep_rate(run.network(), images, normalization, setup.trainer, of_muon, sweep,
                       [&](int64_t steps) { bar.update(steps); });
  }

  nlohmann::ordered_json json = {{"rate", rate},
                                 {"rates", curve.rates},
                                 {"losses", curve.losses},
                                 {"smoothed", curve.smoothed},
                                 {"diverged", curve.diverged}};
  json["kept"] = kept;
  if (curve.lowest) json["lowest"] = *curve.lowest, json["suggestion"] = *curve.suggestion();
  json["weakness"] = curve.weakness();
  write_json(setup.folder.rates(), json);
  std::cout << text_table(table_of(curve)) << "\nswept          --" << rate << " from " << plain(sweep.lowest) << " to "
            << plain(curve.rates.back(), 3) << " in " << curve.rates.size() << " steps of " << setup.trainer.batch_size
            << " images" << kept << (curve.diverged ? ", until the loss diverged\n" : "\n");
  if (curve.lowest) {
    std::cout << "lowest loss    at --" << rate << ' ' << plain(*curve.lowest, 2) << "\nsuggestion     --" << rate
              << ' ' << plain(*curve.suggestion(), 2) << ", half of that\n";
    if (!curve.weakness().empty()) {
      std::cout << "weak           " << curve.weakness() << "; train with more than one rate and compare\n";
    }
  } else {
    std::cout << "suggestion     none: the loss falls at none of these rates\n";
  }
}

}  // namespace onefold
