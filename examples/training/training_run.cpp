#include "examples/training/training_run.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <utility>

#include "core/check.h"
#include "core/files/atomic_file.h"
#include "core/parallel.h"
#include "examples/cli/format.h"
#include "examples/cli/machine.h"
#include "examples/cli/program.h"
#include "examples/cli/progress.h"
#include "examples/cli/ranks.h"
#include "examples/cli/signals.h"
#include "examples/training/memory_estimate.h"
#include "examples/training/networks.h"
#include "layers/inspect/count.h"

namespace onefold {

namespace {

using nlohmann::ordered_json;

constexpr int64_t kEvaluationBatch = 256;

int64_t classes_of(const TrainingSetup& setup) { return static_cast<int64_t>(setup.data.splits.train.classes.size()); }

ordered_json to_json(const Counts& counts) {
  return {{"parameters", counts.parameters},
          {"multiply_adds", counts.multiply_adds},
          {"convolutions", counts.convolutions},
          {"batch_norms", counts.batch_norms}};
}

/// The command that continues the run, quoted for a shell.
std::string resume_command(const RunFolder& folder) {
  const std::string path = folder.path.string();
  const char* const words[] = {"train_cifar10", "--resume", "--out", path.c_str()};
  return command_line(4, words);
}

/// The network with the setup's initial weights, if it has any.
Module& with_start(Module& network, const TrainingSetup& setup) {
  if (!setup.start.empty()) load_state(network, setup.start);
  return network;
}

/// What the ranks sent each other: of an exchange in the mean.
void print_exchanges() {
  const auto& [exchanges, bytes_sent, wait_seconds, seconds, shortest] = exchange_record();
  if (exchanges == 0) return;
  const auto count = static_cast<double>(exchanges);
  std::cout << "exchanges      " << grouped(exchanges) << " with " << ranks() - 1
            << (ranks() == 2 ? " other rank, of " : " other ranks, of ") << grouped(bytes_sent / exchanges)
            << " bytes sent by each; " << duration(seconds / count) << " each (" << duration(shortest)
            << " at best), after " << duration(wait_seconds / count) << " of waiting for the slowest rank\n";
}

ordered_json to_json(const BestEpoch& best) { return {{"epoch", best.epoch}, {"test_accuracy", best.test_accuracy}}; }

}  // namespace

ChannelNormalization saved_normalization(const Checkpoint& checkpoint, const ChannelNormalization& otherwise) {
  if (!checkpoint.about.contains("mean")) return otherwise;
  return {checkpoint.about.at("mean"), checkpoint.about.at("deviation")};
}

TrainingRun::TrainingRun(TrainingSetup setup)
    : setup_(std::move(setup)), train_hash_(content_hash(setup_.data.splits.train)),
      test_hash_(content_hash(setup_.data.splits.test)), initializer_(setup_.trainer.seed),
      network_(make_network(setup_.net, setup_.reparam, classes_of(setup_), initializer_)),
      trainer_(with_start(*network_, setup_), setup_.data.splits.train, setup_.data.normalization, setup_.trainer) {
  Initializer initializer(0);
  const auto scratch = make_network(setup_.net, setup_.reparam, classes_of(setup_), initializer);
  check_image(*scratch, setup_.net, batch_shape(setup_.data.splits.train, 1));
  check_training_fits(*scratch,
                      batch_shape(setup_.data.splits.train, setup_.trainer.batch_size / setup_.trainer.shards));
  ordered_json equal = {{"train_hash", train_hash_}, {"test_hash", test_hash_}};
  const ordered_json machine = machine_description();
  for (const char* key : {"commit", "compiler", "flags", "simd_bits"}) equal[key] = machine.at(key);
  check_ranks_agree(equal.dump(0));
}

void TrainingRun::begin() {
  catch_stop_signals();
  if (setup_.start.empty()) fit_whitening(*network_, setup_.data.splits.train, setup_.data.normalization);
  record_ = describe();
  if (rank() == 0) {
    start_run(setup_.folder, record_);
    open_log();
  }
  save();
}

void TrainingRun::resume(const Checkpoint& checkpoint) {
  const auto& about = checkpoint.about;
  check(about.at("train_hash") == train_hash_ && about.at("test_hash") == test_hash_, setup_.folder.path.string(),
        ": the images found now (", setup_.data.splits.train.name,
        ") are not those that the run began with; name their folder with --data-dir, or begin anew with --overwrite");
  catch_stop_signals();
  trainer_.load_state(checkpoint.state);
  // Old checkpoints have no best epoch: such a run continues with none.
  if (about.contains("best")) best_ = {about["best"].at("epoch"), about["best"].at("test_accuracy")};
  if (rank() != 0) return;

  remove_old_temporaries(setup_.folder.path);
  open_log();
  record_ = read_json(setup_.folder.run());
  const ordered_json resumption = {{"at", utc_now()},
                                   {"after_epoch", trainer_.position().epoch},
                                   {"after_step", trainer_.position().step},
                                   {"command", setup_.command},
                                   {"threads", threads()},
                                   {"ranks", ranks()}};
  record_["resumed"].push_back(resumption);
  write_json(setup_.folder.run(), record_);
}

/// Both parts of the log drop what a killed run wrote after its last checkpoint.
void TrainingRun::open_log() {
  const Position& now = trainer_.position();
  log_.emplace(setup_.folder.log(), now.epoch);
  // An epoch whose steps are all taken, but which is not over, logs its results at the last of them again.
  const bool epoch_ends = now.step == trainer_.steps_per_epoch();
  if (setup_.tensorboard) events_.emplace(setup_.folder.path, steps_taken() + (epoch_ends ? 0 : 1));
}

int64_t TrainingRun::steps_taken() const {
  return trainer_.position().epoch * trainer_.steps_per_epoch() + trainer_.position().step;
}

bool TrainingRun::finished() const { return trainer_.position().epoch >= setup_.trainer.epochs; }

void TrainingRun::train(int64_t last_epoch) {
  try {
    while (!finished() && trainer_.position().epoch < last_epoch) {
      train_epoch();
      last_evaluation_ = evaluate_network();
      log_epoch(*last_evaluation_);
      keep_best(*last_evaluation_);
      trainer_.next_epoch();
      save();
    }
  } catch (const Interrupted& interrupted) {
    save();
    throw Interrupted(interrupted.signal(),
                      std::string(interrupted.what()) + " and saved; continue with: " + resume_command(setup_.folder));
  } catch (const NonFiniteLoss& error) {
    throw NonFiniteLoss(error.what() + std::string("\nThe last good state is kept in ") +
                        setup_.folder.checkpoint().string());
  }
}

void TrainingRun::train_epoch() {
  const Position& start = trainer_.position();
  const int64_t full_batches = trainer_.steps_per_epoch() * setup_.trainer.batch_size;
  ProgressBar bar("epoch " + std::to_string(start.epoch + 1) + "/" + std::to_string(setup_.trainer.epochs),
                  std::min(full_batches, setup_.data.splits.train.size()), "img", start.images);
  trainer_.train_epoch([&](const Position& now) {
    if (events_) {
      const TakenStep& step = trainer_.last_step();
      events_->add(
          steps_taken(),
          {{"step/loss", step.loss}, {"step/learning_rate", step.learning_rate}, {"step/muon_rate", step.muon_rate}});
    }
    bar.update(now.images, "loss=" + fixed(now.loss(), 3) + ", acc=" + fixed(100 * now.accuracy(), 1) + "%");
    stop_if_signalled();
    save_if_due();
  });
}

Evaluation TrainingRun::evaluate_network(int64_t views) {
  const Dataset& test = setup_.data.splits.test;
  ProgressBar bar("test", test.size());
  const auto after_batch = [&](int64_t images) {
    bar.update(images);
    stop_if_signalled();
  };
  return evaluate(*network_, test, setup_.data.normalization, kEvaluationBatch, after_batch, views);
}

void TrainingRun::save() {
  if (events_) events_->flush();
  ordered_json about = {{"options", setup_.options},
                        {"checkpoint_every", setup_.checkpoint_every},
                        {"tensorboard", setup_.tensorboard},
                        {"data_dir", setup_.data_dir},
                        {"train_hash", train_hash_},
                        {"test_hash", test_hash_},
                        {"mean", setup_.data.normalization.mean},
                        {"deviation", setup_.data.normalization.deviation}};
  if (best_.epoch > 0) about["best"] = to_json(best_);
  if (rank() == 0) save_checkpoint(setup_.folder.checkpoint(), trainer_.state(), about);
  max_over_ranks(0);  // no rank goes on, or ends, before that is done
}

void TrainingRun::save_if_due() {
  if (setup_.checkpoint_every > 0 && steps_taken() % setup_.checkpoint_every == 0) save();
}

void TrainingRun::keep_best(const Evaluation& evaluation) {
  if (best_.epoch > 0 && evaluation.accuracy() <= best_.test_accuracy) return;
  best_ = {trainer_.position().epoch + 1, evaluation.accuracy()};
  // Saved before the checkpoint that names it: a run that dies between the two repeats the epoch, and writes it again.
  if (rank() == 0) save_network(setup_.folder.best(), *network_, card());
}

ModelCard TrainingRun::card() const {
  const Dataset& test = setup_.data.splits.test;
  return {.net = setup_.net,
          .reparam = setup_.reparam,
          .form = "training",
          .dataset = setup_.data.kind,
          .classes = test.classes,
          .normalization = setup_.data.normalization,
          .image = {test.height, test.width},
          .precision = setup_.trainer.precision == Precision::bf16 ? "bf16" : "float"};
}

void TrainingRun::log_epoch(const Evaluation& evaluation) {
  const Position& done = trainer_.position();
  train_seconds_ += done.seconds;
  wait_seconds_ += done.wait_seconds;
  if (rank() != 0) return;
  const ordered_json entry = {{"epoch", done.epoch + 1},
                              {"train_loss", done.loss()},
                              {"train_accuracy", done.accuracy()},
                              {"test_loss", evaluation.loss},
                              {"test_accuracy", evaluation.accuracy()},
                              {"learning_rate", trainer_.learning_rate()},
                              {"train_seconds", done.seconds},
                              {"evaluation_seconds", evaluation.seconds},
                              {"images_per_second", done.images_per_second()},
                              {"loader_wait_seconds", done.wait_seconds}};
  log_->append(entry);
  if (events_) {
    EventFile::Scalars scalars;
    for (const auto& [name, value] : entry.items()) scalars.emplace_back("epoch/" + name, value.get<double>());
    events_->add(steps_taken(), scalars);
  }

  const int64_t epochs = setup_.trainer.epochs;
  const double left = static_cast<double>(epochs - done.epoch - 1) * (done.seconds + evaluation.seconds);
  std::cerr << "epoch " << done.epoch + 1 << "/" << epochs << "  loss " << fixed(done.loss(), 4) << "  train "
            << percent(done.accuracy(), 2) << "  test " << percent(evaluation.accuracy(), 2) << "  lr "
            << plain(trainer_.learning_rate()) << "  " << fixed(done.images_per_second(), 0) << " images/s  "
            << duration(done.seconds) << " + " << duration(evaluation.seconds);
  if (left > 0) std::cerr << ", " << duration(left) << " left";
  std::cerr << '\n';
}

Evaluation TrainingRun::finish() {
  const Dataset& test = setup_.data.splits.test;
  const bool one_view = setup_.views == 1;
  const Evaluation evaluation = last_evaluation_ && one_view ? *last_evaluation_ : evaluate_network(setup_.views);
  if (rank() != 0) return evaluation;

  save_network(setup_.folder.model(), *network_, card());
  write_json(setup_.folder.confusion(), {{"classes", test.classes}, {"matrix", evaluation.matrix}});
  record_["finished"] = utc_now();
  record_["result"] = {{"test_accuracy", evaluation.accuracy()}, {"test_loss", evaluation.loss}};
  if (!one_view) record_["result"]["views"] = setup_.views;
  if (best_.epoch > 0) record_["result"]["best"] = to_json(best_);
  write_json(setup_.folder.run(), record_);

  std::cout << "test accuracy  " << percent(evaluation.accuracy(), 2) << ", " << grouped(evaluation.correct) << " of "
            << grouped(test.size()) << " right on " << test.name
            << (one_view ? "" : ", the mean of " + std::to_string(setup_.views) + " views each") << '\n';
  if (train_seconds_ > 0) {
    std::cout << "training       " << duration(train_seconds_) << ", " << percent(wait_seconds_ / train_seconds_, 2)
              << " of it waiting for images\n";
  }
  print_exchanges();
  std::cout << "model          " << setup_.folder.model().string() << '\n';
  if (best_.epoch > 0) {
    std::cout << "best model     " << setup_.folder.best().string() << ", of epoch " << best_.epoch << ": "
              << percent(best_.test_accuracy, 2) << '\n';
  }
  return evaluation;
}

ordered_json TrainingRun::describe() {
  const auto& [train, test] = setup_.data.splits;
  const Counts counts = count(*network_, {1, train.height, train.width, train.channels});
  ordered_json record = {{"program", "train_cifar10"}, {"command", setup_.command}, {"net", setup_.net}};
  if (!setup_.reparam.empty()) record["reparam"] = setup_.reparam;
  record["dataset"] = {{"name", train.name},
                       {"train_images", train.size()},
                       {"test_images", test.size()},
                       {"train_hash", train_hash_},
                       {"test_hash", test_hash_},
                       {"mean", setup_.data.normalization.mean},
                       {"deviation", setup_.data.normalization.deviation}};
  record["options"] = setup_.options;
  record["seed"] = setup_.trainer.seed;
  record["ranks"] = ranks();
  record["counts"] = to_json(counts);
  record["steps_per_epoch"] = trainer_.steps_per_epoch();
  record.update(machine_description());
  record["started"] = utc_now();
  record["finished"] = nullptr;
  return record;
}

}  // namespace onefold
