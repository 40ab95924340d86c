// Trains a RepVGG or another network on CIFAR-10, or on Shapes10 if CIFAR-10 is not found.
//
// Run     build/examples/train_cifar10 --net mini
// Time    mini: 16 epochs, see README.md for measured times; --dry-run estimates it for this machine
// Expect  a line per epoch, and in runs/train-mini: run.json, log.jsonl, confusion.json, checkpoint.safetensors,
//         best.safetensors, model.safetensors, images.json, three test images for predict, report.html

#include <filesystem>
#include <iostream>
#include <optional>
#include <tuple>
#include <utility>

#include "core/parallel.h"
#include "datasets/cifar10.h"
#include "datasets/load_dataset.h"
#include "examples/cli/format.h"
#include "examples/cli/options.h"
#include "examples/cli/precision.h"
#include "examples/cli/program.h"
#include "examples/cli/ranks.h"
#include "examples/labs/rate_finder.h"
#include "examples/report/report.h"
#include "examples/report/test_images.h"
#include "examples/training/fine_tuning.h"
#include "examples/training/networks.h"
#include "examples/training/training_plan.h"
#include "examples/training/training_run.h"
#include "layers/module.h"

using namespace onefold;
using nlohmann::ordered_json;

namespace {

// [hyperparameters]
/// What determines the trained weights, apart from the images: each with the reason for its default.
struct Hyperparameters {
  std::string net = "mini";        // 88 % on a JPEG-compressed CIFAR-10, in about a minute per epoch on two cores
  std::string reparam = "repvgg";  // family of blocks; "none" trains what the others fold to
  int64_t epochs = 16;             // the last three, as the rate nears zero, add 2 points of test accuracy
  int64_t batch_size = 256;        // a step of Muon costs the same for any batch
  int64_t shards = 1;              // of a batch, with batch norms of their own: one for each rank of mpirun
  double muon_rate = 0.06;         // of convolutions: 16 epochs reach more than 30 with SGD only; 0 = SGD only
  double lr = 0.2;                 // of everything else: the usual 0.1 for 128 images per step
  double momentum = 0.9;           // averages about 10 steps
  double weight_decay = 5e-4;      // of weights only, not of batch norms and biases
  double label_smoothing = 0.1;    // keeps logits small, so that late epochs still learn from images already correct
  double bias_rate = 1;            // of batch-norm biases, times lr
  bool lookahead = false;
  std::string precision = "float";  // of the convolutions' products; bf16 is faster and learns as much
  double warmup_epochs = 1;         // fresh batch norms do not tolerate large steps
  double final_rate = 0.01;         // at the end, as a fraction of lr and muon_rate
  int64_t shift = 4;                // maximum shift in pixels: few images are seen twice in the same form
  uint64_t seed = 1;
};

// Not worth an option:
constexpr double kInitialRate = 0.1;  // at the start of warm-up, as such a fraction
// Maximum rates of fine-tuning, unless given: with those of a new network it would forget what it has learnt.
constexpr double kTuningRate = 0.05, kTuningMuonRate = 0.02;
// Flips alternate: every other epoch shows an image mirrored.
constexpr Augmentation kAugmentation{.padding = Padding::kReflection, .flip = Flip::kAlternating};
// [/hyperparameters]

struct Options {
  Hyperparameters hyper;
  DataOptions data;
  std::string fine_tune;
  std::optional<ChannelNormalization> normalization;  // of the network to fine-tune; none: from its file
  std::string out;
  int64_t views = 1;
  int64_t checkpoint_every = 0;
  bool detect_anomaly = false, tensorboard = false;
  std::optional<std::string> find_lr;  // the rate to find, empty for that of the convolutions
  bool resume = false, overwrite = false, dry_run = false;
  int64_t stop_after = 0;
};

void add_options(CommandLine& line, Options& options) {
  Hyperparameters& hyper = options.hyper;
  line.group("Network");
  add_network_option(line, hyper.net);
  add_reparam_option(line, hyper.reparam);
  line.add_option(
          "--fine-tune", &options.fine_tune,
          "start from this network, with smaller rates; a folded one is unfolded first; --net names it if its file "
          "does not")
      .rule(name_of("a file"))
      .value_name("FILE");
  add_normalization_options(line, options.normalization);
  line.group("Recipe");
  line.add_option("--epochs", &hyper.epochs, "number of passes over the training images").rule(whole_number(1, 100000));
  add_batch_size_option(line, hyper.batch_size, "images per step");
  line.add_option(
          "--shards", &hyper.shards,
          "equal parts of a batch, normalised each by itself, which mpirun's ranks share (default: a rank's each)")
      .rule(whole_number(1, 1 << 20))
      .value_name("N");
  line.add_option("--lr", &hyper.lr, "maximum learning rate").rule(real_number(0, 1000));
  line.add_option("--momentum", &hyper.momentum, "SGD momentum (Nesterov)").rule(real_number(0, 0.9999));
  line.add_option("--weight-decay", &hyper.weight_decay, "weight decay (not applied to batch norms and biases)")
      .rule(real_number(0, 1000));
  line.add_option("--label-smoothing", &hyper.label_smoothing, "share of the target spread over all classes")
      .rule(real_number(0, 0.9999));
  line.add_option("--bias-rate", &hyper.bias_rate, "learning rate of batch-norm biases, as a multiple of --lr")
      .rule(real_number(0, 1000));
  line.add_option("--muon-rate", &hyper.muon_rate, "if above 0, train convolutions with Muon, at this maximum rate")
      .rule(real_number(0, 1000));
  line.add_option("--lookahead", &hyper.lookahead, "use Lookahead (synchronise every 5 steps)")
      .value_name("true|false")
      .default_text("false");
  add_precision_option(line, hyper.precision);
  line.add_option("--warmup-epochs", &hyper.warmup_epochs, "epochs at the start during which the rates rise")
      .rule(real_number(0, 100000));
  line.add_option("--final-rate", &hyper.final_rate, "rates at the end, as a fraction of the maximum")
      .rule(real_number(0, 1));
  line.add_option("--shift", &hyper.shift, "shift training images by at most N pixels").rule(whole_number(0, 31));
  add_seed_option(line, hyper.seed);
  line.group("Data");
  add_data_options(line, options.data);
  add_limit_train_option(line, options.data);
  line.group("Run");
  add_views_option(line, options.views, "views per test image at the end");
  line.add_option("--out", &options.out,
                  "the run's folder (default: runs/train-NET, or runs/train-NET-REPARAM; runs/tune-... to fine-tune)")
      .rule(name_of("a folder"))
      .value_name("DIR");
  line.add_option("--checkpoint-every", &options.checkpoint_every,
                  "also save every STEPS steps, not only after each epoch (0 = never)")
      .rule(whole_number(0))
      .value_name("STEPS");
  line.add_flag("--resume", &options.resume, "continue the run in the folder; its options need not be given again");
  line.add_flag("--overwrite", &options.overwrite, "replace the run in the folder");
  line.add_flag("--tensorboard", &options.tensorboard, "also write curves for TensorBoard to the run's folder");
  add_find_lr_option(line, options.find_lr);
  line.add_option("--stop-after", &options.stop_after, "stop after this epoch, to --resume later (0 = never)")
      .rule(whole_number(0));
  line.add_flag("--dry-run", &options.dry_run, "show what would be done and how long it would take; write nothing");
  add_threads_option(line);
  add_detect_anomaly_option(line, options.detect_anomaly);
}

/// Lists every option that affects weights, log or result: saving, restoring and comparing follow from it.
template <class Field>
void each_setting(Options& options, Field field) {
  Hyperparameters& hyper = options.hyper;
  field("net", hyper.net);
  field("reparam", hyper.reparam);
  field("epochs", hyper.epochs);
  field("batch-size", hyper.batch_size);
  field("shards", hyper.shards);
  field("lr", hyper.lr);
  field("momentum", hyper.momentum);
  field("weight-decay", hyper.weight_decay);
  field("label-smoothing", hyper.label_smoothing);
  field("bias-rate", hyper.bias_rate);
  field("muon-rate", hyper.muon_rate);
  field("lookahead", hyper.lookahead);
  field("precision", hyper.precision);
  field("warmup-epochs", hyper.warmup_epochs);
  field("final-rate", hyper.final_rate);
  field("shift", hyper.shift);
  field("seed", hyper.seed);
  field("dataset", options.data.dataset);
  field("limit-train", options.data.limit_train);
  field("limit-test", options.data.limit_test);
  field("views", options.views);
  field("fine-tune", options.fine_tune);
}

ordered_json settings(Options options) {
  ordered_json json;
  each_setting(options, [&](const char* name, const auto& value) { json[name] = value; });
  return json;
}

/// A resumed run keeps its options: options given again must be the same.
void take_over(const ordered_json& saved, const CommandLine& line, Options& options) {
  // If the run is older than an option, the default is what it had, except for Muon, which did not exist yet.
  ordered_json usual = settings(Options{});
  usual["muon-rate"] = 0.0;
  std::string differences;
  each_setting(options, [&](const std::string& name, auto& value) {
    const ordered_json given = value, &was = saved.contains(name) ? saved.at(name) : usual.at(name);
    if (line.count("--" + name) > 0 && given != was) {
      differences += "\n  --" + name + " " + given.dump() + ", but the run has " + was.dump();
    }
    was.get_to(value);
  });
  if (!differences.empty()) {
    throw UsageError("--resume keeps the options that the run began with; leave these out, or start a new run:" +
                     differences);
  }
}

/// RepOptimizer's multipliers are for SGD.
void settle_optimizer(const CommandLine& line, Hyperparameters& hyper) {
  if (hyper.reparam != "repoptimizer" || hyper.muon_rate == 0) return;
  if (line.count("--muon-rate") > 0) {
    throw UsageError(
        "--reparam repoptimizer multiplies the gradients of SGD, but Muon ignores the length of a gradient: "
        "leave --muon-rate out, or give 0");
  }
  hyper.muon_rate = 0;
}

TrainerOptions trainer_options(const Hyperparameters& hyper) {
  Augmentation augment = kAugmentation;
  augment.pad = hyper.shift;
  return {.epochs = hyper.epochs,
          .batch_size = hyper.batch_size,
          .shards = hyper.shards,
          .learning_rate = hyper.lr,
          .momentum = hyper.momentum,
          .weight_decay = hyper.weight_decay,
          .label_smoothing = hyper.label_smoothing,
          .warmup_epochs = hyper.warmup_epochs,
          .initial_rate = kInitialRate,
          .final_rate = hyper.final_rate,
          .bias_rate = hyper.bias_rate,
          .muon_rate = hyper.muon_rate,
          .lookahead = hyper.lookahead,
          .precision = to_precision(hyper.precision),
          .augment = augment,
          .seed = hyper.seed};
}

/// "runs/train-mini"; with another family "runs/train-mini-dbb"; "runs/tune-mini" for fine-tuning.
std::string default_folder(const Options& options) {
  const auto& [net, reparam] = std::tie(options.hyper.net, options.hyper.reparam);
  const char* what = options.find_lr ? "runs/rates-" : options.fine_tune.empty() ? "runs/train-" : "runs/tune-";
  return what + net + (reparam.empty() || reparam == "repvgg" ? "" : "-" + reparam);
}

void report_on(const RunFolder& folder) {
  if (rank() == 0) write_report(folder.path);
  std::cout << "report         " << (folder.path / "report.html").string() << '\n';
}

int train(const CommandLine& line, Options options, const std::string& command) {
  check_ranks_agree(line.lines());
  if (options.resume && options.overwrite) {
    throw UsageError("--resume continues a run, --overwrite replaces it: give one");
  }
  if (options.normalization && line.count("--fine-tune") == 0) {
    throw UsageError("--mean and --std say how the network to --fine-tune has its images normalised: name it, too");
  }
  std::optional<SavedNetwork> start;
  if (line.count("--fine-tune") > 0) {
    const bool net_is_needed = line.count("--net") > 0 && !has_card(options.fine_tune);
    start = load_network(options.fine_tune, {net_is_needed ? options.hyper.net : "", options.normalization});
    settle_network(line, *start, options.fine_tune, options.hyper.net, options.hyper.reparam);
    if (line.count("--lr") == 0) options.hyper.lr = kTuningRate;
    if (line.count("--muon-rate") == 0) options.hyper.muon_rate = kTuningMuonRate;
  }
  settle_reparam(line, options.hyper.net, options.hyper.reparam);
  settle_optimizer(line, options.hyper);
  if (options.find_lr && ranks() > 1) throw UsageError("--find-lr runs in one process: leave mpirun out");
  if (options.find_lr) options.find_lr = rate_to_find(line, *options.find_lr, options.hyper.muon_rate > 0);
  const RunFolder folder{options.out.empty() ? default_folder(options) : options.out};

  // Check that the folder may be used that way, before any work.
  std::optional<Checkpoint> checkpoint;
  if (options.overwrite && start) check_outside(folder, options.fine_tune);
  if (!options.dry_run) {
    check_run_folder(folder, options.resume      ? ExistingRun::resume
                             : options.overwrite ? ExistingRun::overwrite
                                                 : ExistingRun::refuse);
  }
  if (options.resume) {
    checkpoint = load_checkpoint(folder.checkpoint());
    take_over(checkpoint->about.at("options"), line, options);
    if (line.count("--checkpoint-every") == 0) {
      options.checkpoint_every = checkpoint->about.value("checkpoint_every", options.checkpoint_every);
    }
    options.tensorboard = options.tensorboard || checkpoint->about.value("tensorboard", false);
    const std::string data_dir = checkpoint->about.value("data_dir", "");
    if (!options.data.data_dir && !data_dir.empty() && options.data.dataset != "shapes10") {
      options.data.data_dir = data_dir;
    }
  }

  TrainingSetup setup{
      .net = options.hyper.net,
      .reparam = options.hyper.reparam,
      .data = load_data(options.data),
      .trainer = trainer_options(options.hyper),
      .views = options.views,
      .checkpoint_every = options.checkpoint_every,
      .tensorboard = options.tensorboard,
      .data_dir = options.data.data_dir ? std::filesystem::absolute(*options.data.data_dir).string() : "",
      .folder = folder,
      .options = settings(options),
      .command = command};
  setup.trainer.detect_anomaly = options.detect_anomaly;
  const bool was_folded = start && start->folded;
  if (checkpoint) {
    setup.data.normalization = saved_normalization(*checkpoint, setup.data.normalization);
  } else if (start) {
    start = to_fine_tune(std::move(*start), options.fine_tune, setup.data.splits.train);
    setup.data.normalization = start->card.normalization;
    setup.start = state(start->network());
  }
  if (options.dry_run) {
    std::cout << training_plan(setup);
    return kSuccess;
  }
  if (options.data.dataset == "auto" && setup.data.kind == "shapes10") {
    const std::filesystem::path dir = find_data_dir({});
    std::cerr << other_form_of_cifar10(dir) << "There is no CIFAR-10 in " << dir.string()
              << ", so Shapes10 is used instead\n";
  }
  if (options.find_lr) {
    find_rate(setup, *options.find_lr);
    report_on(folder);
    return kSuccess;
  }
  std::string announcement = "Training " + network_title(setup.net, setup.reparam) + " on " +
                             setup.data.splits.train.name + " with " + several(threads(), "thread") +
                             (ranks() == 1 ? "" : " on each of " + std::to_string(ranks()) + " ranks") +
                             "; the run is in " + folder.path.string() + '\n';
  if (!setup.start.empty()) {
    announcement +=
        "It begins with " + options.fine_tune + (was_folded ? ", which was folded and is now unfolded\n" : "\n");
  }

  TrainingRun run(std::move(setup));
  std::cerr << announcement;
  checkpoint ? run.resume(*checkpoint) : run.begin();
  run.train(options.stop_after > 0 ? options.stop_after : options.hyper.epochs);
  if (run.finished()) {
    const Evaluation tested = run.finish();
    if (rank() == 0) write_test_images(folder, run.test_images(), tested);
    report_on(folder);
  } else {
    std::cerr << "Stopped after epoch " << options.stop_after << ", as --stop-after says; continue with --resume --out "
              << folder.path.string() << '\n';
  }
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  return run_on_ranks([&] {
    Options options;
    options.hyper.shards = ranks();
    return run_program(
        argc, argv,
        {"Trains a RepVGG or another network on CIFAR-10, or on Shapes10 if CIFAR-10 is not found.",
         "--net mini --epochs 1", "docs/09-the-training-loop.md"},
        [&](CommandLine& line) { add_options(line, options); },
        [&](const CommandLine& line) { return train(line, options, command_line(argc, argv)); });
  });
}
