// Trains a small RepVGG on CIFAR-10 in as few seconds as possible, then folds it. docs/the-short-recipe.md explains it.
//
// Run     build/examples/speedrun_cifar10
// Time    see docs/the-short-recipe.md for measured times; a tenth of it with --epochs 1
// Expect  a line per epoch on stderr; at the end a table of the epochs, the time to 85, 88 and 90 %, and the accuracy
//         of the trained and the folded network. Writes nothing, unless --out names a file for the folded network.

#include <algorithm>
#include <chrono>
#include <iostream>

#include "core/files/atomic_file.h"
#include "core/parallel.h"
#include "examples/cli/format.h"
#include "examples/cli/options.h"
#include "examples/cli/precision.h"
#include "examples/cli/program.h"
#include "examples/cli/progress.h"
#include "examples/cli/table.h"
#include "examples/folding/fold_demonstration.h"
#include "examples/training/data_source.h"
#include "examples/training/evaluation.h"
#include "examples/training/memory_estimate.h"
#include "examples/training/networks.h"
#include "examples/training/trainer.h"
#include "layers/inspect/count.h"

using namespace onefold;

namespace {

// [hyperparameters]
struct Hyperparameters {
  std::string net = "short";     // whitened patches, Dirac weights, pools: layers/labs/vgg_variant.cpp
  int64_t epochs = 10;           // 89.4 % with six views on a JPEG-compressed CIFAR-10; 7 reach half a point less
  int64_t batch_size = 256;      // a step of Muon costs the same for any batch, so it is as large as learning allows
  double muon_rate = 0.09;       // of convolutions: the maximum share of the weights that a step replaces
  double lr = 0.375;             // of everything else, with SGD
  double momentum = 0.85;        // averages about 7 steps: a short training changes direction faster than a long one
  double weight_decay = 1.3e-3;  // more than usual, to go with the rate
  double bias_rate = 16;         // batch-norm biases settle in a few steps
  double label_smoothing = 0.2;  // images already correct keep teaching
  std::string precision = "float";
  uint64_t seed = 1;
};

// Not worth an option: the rates fall linearly from the first step to zero at the last.
// Images shifted by up to 2 pixels, every other epoch mirrored.
constexpr Augmentation kAugmentation{.pad = 2, .padding = Padding::kReflection, .flip = Flip::kAlternating};
constexpr int64_t kEvaluationBatch = 256;
// [/hyperparameters]

/// The parts of the recipe that --without can leave out.
const std::vector<std::string> kParts = {"augmentation", "bias-rate", "dirac", "label-smoothing", "muon", "whitening"};

struct Options {
  Hyperparameters hyper;
  std::vector<std::string> without;
  bool pointwise = false, detect_anomaly = false;
  int64_t views = 6;
  DataOptions data;
  std::string out;

  bool with(const std::string& part) const { return std::find(without.begin(), without.end(), part) == without.end(); }
};

void add_options(CommandLine& line, Options& options) {
  Hyperparameters& hyper = options.hyper;
  line.group("Network");
  add_repvgg_option(line, hyper.net);
  line.add_flag("--pointwise", &options.pointwise, "give the blocks of the short network 1x1 branches");
  line.group("Recipe");
  line.add_option("--epochs", &hyper.epochs, "number of passes over the training images").rule(whole_number(1, 100000));
  add_batch_size_option(line, hyper.batch_size, "images per step");
  line.add_option("--muon-rate", &hyper.muon_rate, "maximum learning rate of Muon, which trains the convolutions")
      .rule(real_number(0, 1000));
  line.add_option("--lr", &hyper.lr, "maximum learning rate of SGD, which trains everything else")
      .rule(real_number(0, 1000));
  add_precision_option(line, hyper.precision);
  line.add_option("--without", &options.without, "leave out a part of the recipe, to see what it does")
      .rule(one_of(kParts))
      .keep_all();
  add_seed_option(line, hyper.seed);
  line.group("Data");
  add_data_options(line, options.data);
  add_limit_train_option(line, options.data);
  line.group("Run");
  add_views_option(line, options.views, "views per test image at the end");
  line.add_option("--out", &options.out, "write the folded network to this .safetensors file")
      .rule(name_of("a file"))
      .value_name("FILE");
  add_threads_option(line);
  add_detect_anomaly_option(line, options.detect_anomaly);
}

VggVariant network_variant(const Options& options) {
  VggVariant variant = vgg_variant(options.hyper.net);
  if (!options.with("whitening")) variant.whitening = 0;
  if (!options.with("dirac")) variant.first = FirstWeights::he_normal;
  if (options.pointwise) variant.pointwise.fill(true);
  return variant;
}

TrainerOptions trainer_options(const Options& options) {
  const Hyperparameters& hyper = options.hyper;
  return {.epochs = hyper.epochs,
          .batch_size = hyper.batch_size,
          .learning_rate = hyper.lr,
          .momentum = hyper.momentum,
          .weight_decay = hyper.weight_decay,
          .label_smoothing = options.with("label-smoothing") ? hyper.label_smoothing : 0,
          .bias_rate = options.with("bias-rate") ? hyper.bias_rate : 1,
          .muon_rate = options.with("muon") ? hyper.muon_rate : 0,
          .detect_anomaly = options.detect_anomaly,
          .precision = to_precision(hyper.precision),
          .augment = options.with("augmentation") ? kAugmentation : Augmentation{},
          .seed = hyper.seed};
}

using Clock = std::chrono::steady_clock;

/// One row of the table of epochs.
struct EpochResult {
  double training_seconds = 0, evaluation_seconds = 0, loss = 0, train_accuracy = 0, test_accuracy = 0;
};

std::vector<EpochResult> train_all(RepVgg& network, const DataSource& data, const TrainerOptions& options) {
  std::vector<EpochResult> results;
  const auto start = Clock::now();
  fit_whitening(network, data.splits.train, data.normalization);
  const double whitening = std::chrono::duration<double>(Clock::now() - start).count();
  Trainer trainer(network, data.splits.train, data.normalization, options);
  while (trainer.position().epoch < options.epochs) {
    const std::string title =
        "epoch " + std::to_string(trainer.position().epoch + 1) + "/" + std::to_string(options.epochs);
    {
      ProgressBar bar(title, trainer.steps_per_epoch() * options.batch_size);
      trainer.train_epoch([&](const Position& now) { bar.update(now.images, "loss=" + fixed(now.loss(), 3)); });
    }
    const Evaluation test = evaluate(network, data.splits.test, data.normalization, kEvaluationBatch);
    const Position& done = trainer.position();
    results.push_back({done.seconds + (results.empty() ? whitening : 0), test.seconds, done.loss(), done.accuracy(),
                       test.accuracy()});
    std::cerr << title << "  loss " << fixed(done.loss(), 4) << "  test " << percent(test.accuracy(), 2) << "  "
              << fixed(done.images_per_second(), 0) << " images/s  " << duration(done.seconds) << '\n';
    trainer.next_epoch();
  }
  return results;
}

Table epoch_table(const std::vector<EpochResult>& results) {
  Table table{.columns = {{"epoch", true},
                          {"loss", true},
                          {"training images right", true},
                          {"test images right", true},
                          {"training, s", true},
                          {"in all", true},
                          {"evaluation, s", true}}};
  double total = 0;
  for (size_t i = 0; i < results.size(); ++i) {
    const EpochResult& epoch = results[i];
    total += epoch.training_seconds;
    table.rows.push_back({std::to_string(i + 1), fixed(epoch.loss, 4), percent(epoch.train_accuracy, 2),
                          percent(epoch.test_accuracy, 2), fixed(epoch.training_seconds, 1), fixed(total, 1),
                          fixed(epoch.evaluation_seconds, 1)});
  }
  return table;
}

/// "85 % reached after epoch 6, 151 s of training": the first epoch whose test accuracy, with one view, is that high.
std::string when_reached(const std::vector<EpochResult>& results, double accuracy) {
  double total = 0;
  for (size_t i = 0; i < results.size(); ++i) {
    total += results[i].training_seconds;
    if (results[i].test_accuracy < accuracy) continue;
    return percent(accuracy, 0) + " reached after epoch " + std::to_string(i + 1) + ", " + duration(total) +
           " of training";
  }
  return percent(accuracy, 0) + " not reached";
}

int speedrun(const Options& options) {
  if (!options.out.empty() && !options.with("whitening")) {
    throw UsageError(
        "--out writes a network that other programs rebuild from its name, which implies whitening; leave "
        "out --out or --without whitening");
  }
  if (!options.out.empty()) check_can_write(options.out);
  const DataSource data = load_data(options.data);
  const Dataset &train = data.splits.train, &test = data.splits.test;
  const auto classes = static_cast<int64_t>(train.classes.size());
  Initializer initializer(options.hyper.seed);
  const VggVariant variant = network_variant(options);
  const std::unique_ptr<RepVgg> made = make_repvgg(variant, classes, initializer);
  RepVgg& network = *made;
  const Counts counts = count(network, {1, train.height, train.width, train.channels});
  std::cerr << network.description() << ", " << short_count(static_cast<double>(counts.multiply_adds))
            << " multiply-adds per image, on " << train.name << ", " << threads()
            << (threads() == 1 ? " thread\n" : " threads\n");
  {
    Initializer any(0);
    check_training_fits(*make_repvgg(variant, classes, any), batch_shape(train, options.hyper.batch_size));
  }

  const std::vector<EpochResult> results = train_all(network, data, trainer_options(options));

  // Fold, and check that nothing is lost.
  network.eval();
  const std::unique_ptr<PlainVgg> folded = network.fold_network();
  const auto test_form = [&](Vgg& form, const char* title) {
    ProgressBar bar(title, test.size());
    return evaluate(
        form, test, data.normalization, kEvaluationBatch, [&](int64_t images) { bar.update(images); }, options.views);
  };
  const Evaluation before = test_form(network, "test, trained form"), after = test_form(*folded, "test, folded form");
  const FoldProof proof = compare_forms(before, after);
  check_forms_equal(proof);
  if (!options.out.empty()) {
    save_network(options.out, *folded,
                 {.net = options.hyper.net,
                  .form = "folded",
                  .dataset = data.kind,
                  .classes = train.classes,
                  .normalization = data.normalization,
                  .precision = options.hyper.precision});
  }

  double training = 0, evaluation = 0;
  for (const EpochResult& epoch : results) {
    training += epoch.training_seconds;
    evaluation += epoch.evaluation_seconds;
  }
  std::cout << text_table(epoch_table(results)) << "\nwith one view per test image:\n";
  for (const double accuracy : {0.85, 0.88, 0.9}) std::cout << "  " << when_reached(results, accuracy) << '\n';
  std::cout << "with " << options.views << (options.views == 1 ? " view" : " views") << " at the end, of "
            << grouped(test.size()) << " test images:\n"
            << "  trained form  " << percent(before.accuracy(), 2) << ", " << duration(before.seconds) << '\n'
            << "  folded form   " << percent(after.accuracy(), 2) << ", " << duration(after.seconds) << "; "
            << grouped(proof.equal) << " of " << grouped(proof.images) << " predictions equal\n"
            << "training        " << duration(training) << '\n'
            << "evaluation      " << duration(evaluation) << " after the epochs, " << duration(after.seconds)
            << " at the end\n";
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  return run_program(
      argc, argv,
      {"Trains a small RepVGG on CIFAR-10 in as few seconds as possible, then folds it.", "--epochs 1",
       "docs/the-short-recipe.md"},
      [&](CommandLine& line) { add_options(line, options); }, [&](const CommandLine&) { return speedrun(options); });
}
