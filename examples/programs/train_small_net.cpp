// Trains the SmallNets of the ExpandNet paper, plain and expanded, each from several seeds, folds them, and compares
// their accuracies with the published ones in a table.
//
// Run     build/examples/train_small_net
// Time    15 trainings of 150 epochs: hours; --epochs 1 --seeds 1 shows that everything works
// Expect  a line per training on stderr, and a table: rows 7x7, 7x7 CK, 3x3, 3x3 CL, 3x3 CL+FC

#include <algorithm>
#include <cmath>
#include <iostream>
#include <string>
#include <vector>

#include "core/ops/softmax.h"
#include "examples/cli/format.h"
#include "examples/cli/options.h"
#include "examples/cli/program.h"
#include "examples/cli/signals.h"
#include "examples/cli/table.h"
#include "examples/labs/survey/short_training.h"
#include "examples/training/data_source.h"
#include "examples/training/evaluation.h"
#include "examples/training/memory_estimate.h"
#include "layers/inspect/count.h"
#include "layers/labs/small_net.h"

using namespace onefold;

namespace {

// [hyperparameters]
/// The paper's training, except for the schedule: there the rate is 0.01, 0.001 and 0.0001 for 50 epochs each.
struct Hyperparameters {
  int64_t epochs = 150;
  int64_t batch_size = 128;
  double lr = 0.01;       // falls linearly to a hundredth, so that any number of epochs is a complete training
  double momentum = 0.9;  // and no weight decay
};
constexpr double kFinalRate = 0.01;
constexpr Augmentation kAugmentation{.pad = 4, .padding = Padding::kZeros, .flip = Flip::kRandom};
// [/hyperparameters]

struct Options {
  Hyperparameters hyper;
  DataOptions data;
  std::vector<std::string> rows;
  int64_t seeds = 3;
};

std::vector<std::string> row_names() {
  std::vector<std::string> names;
  for (const SmallNetRow& row : small_net_rows()) names.push_back(row.name);
  return names;
}

void add_options(CommandLine& line, Options& options) {
  Hyperparameters& hyper = options.hyper;
  line.add_option("--rows", &options.rows, "the networks to train, such as \"3x3\" \"3x3 CL\" (default: all)")
      .rule(one_of(row_names()))
      .value_name("NAME...");
  line.add_option("--seeds", &options.seeds, "trainings per network: seeds 1, 2 ...").rule(whole_number(1, 1000));
  line.add_option("--epochs", &hyper.epochs, "number of passes over the training images").rule(whole_number(1, 100000));
  add_batch_size_option(line, hyper.batch_size, "images per step");
  line.add_option("--lr", &hyper.lr, "maximum learning rate").rule(real_number(0, 1000));
  add_threads_option(line);
  add_data_options(line, options.data);
  add_limit_train_option(line, options.data);
}

/// The result of one training.
struct Result {
  int64_t parameters = 0, folded_parameters = 0;
  double accuracy = 0, seconds_per_epoch = 0;
  bool same_predictions = false;
};

Result train(const SmallNetRow& row, uint64_t seed, const DataSource& data, const Hyperparameters& hyper) {
  Initializer initializer(seed);
  const auto net = small_net(row.options, static_cast<int64_t>(data.splits.train.classes.size()), initializer);
  const std::string name = row.name + ", seed " + std::to_string(seed);
  const ShortTraining trained = train_briefly(name, *net, data,
                                              {.epochs = hyper.epochs,
                                               .batch_size = hyper.batch_size,
                                               .learning_rate = hyper.lr,
                                               .momentum = hyper.momentum,
                                               .weight_decay = 0,
                                               .final_rate = kFinalRate,
                                               .augment = kAugmentation,
                                               .seed = seed});
  net->eval();
  const auto folded = net->fold();
  const Evaluation after = evaluate(*folded, data.splits.test, data.normalization, 500);
  const Result result{.parameters = count_parameters(*net),
                      .folded_parameters = count_parameters(*folded),
                      .accuracy = trained.test.accuracy(),
                      .seconds_per_epoch = trained.seconds_per_epoch,
                      .same_predictions = argmax_rows(trained.test.logits) == argmax_rows(after.logits)};
  std::cerr << name << ": folded " << percent(after.accuracy(), 2) << '\n';
  return result;
}

std::vector<std::string> table_row(const SmallNetRow& row, const std::vector<Result>& results) {
  double sum = 0, squares = 0, seconds = 0;
  for (const Result& result : results) {
    sum += result.accuracy;
    squares += result.accuracy * result.accuracy;
    seconds += result.seconds_per_epoch;
  }
  const auto count = static_cast<double>(results.size());
  const double mean = sum / count;
  const double deviation = count > 1 ? std::sqrt(std::max(0.0, squares - count * mean * mean) / (count - 1)) : 0;
  const bool same = std::all_of(results.begin(), results.end(), [](const Result& r) { return r.same_predictions; });
  return {row.name,
          grouped(results[0].parameters),
          grouped(results[0].folded_parameters),
          percent(mean, 2),
          count > 1 ? fixed(100 * deviation, 2) : "-",
          fixed(row.published, 2),
          same ? "equal" : "differ",
          duration(seconds / count)};
}

/// Throws Error if a training step would not fit memory.
void check_fits(const SmallNetRow& row, const DataSource& data, int64_t batch_size) {
  Initializer initializer(0);
  const auto scratch = small_net(row.options, static_cast<int64_t>(data.splits.train.classes.size()), initializer);
  check_training_fits(*scratch, batch_shape(data.splits.train, batch_size));
}

int run(const Options& options) {
  const DataSource data = load_data(options.data);
  catch_stop_signals();
  Table table{.columns = {{"network"},
                          {"parameters, training", true},
                          {"folded", true},
                          {"test accuracy", true},
                          {"standard deviation", true},
                          {"published %", true},
                          {"folded predictions"},
                          {"time per epoch", true}}};
  for (const SmallNetRow& row : small_net_rows()) {
    const bool wanted = options.rows.empty() || std::count(options.rows.begin(), options.rows.end(), row.name) > 0;
    if (!wanted) continue;
    check_fits(row, data, options.hyper.batch_size);
    std::vector<Result> results;
    for (int64_t seed = 1; seed <= options.seeds; ++seed) {
      results.push_back(train(row, static_cast<uint64_t>(seed), data, options.hyper));
    }
    table.rows.push_back(table_row(row, results));
  }
  std::cout << "SmallNets on " << data.splits.train.name << ", " << options.hyper.epochs
            << (options.hyper.epochs == 1 ? " epoch, " : " epochs, ") << options.seeds
            << (options.seeds == 1 ? " seed" : " seeds") << "\n\n"
            << text_table(table);
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  return run_program(
      argc, argv,
      {"Trains the SmallNets of the ExpandNet paper, plain and expanded, and compares them in a table.",
       "--epochs 1 --seeds 1", "docs/more-weights-than-kernels.md"},
      [&](CommandLine& line) { add_options(line, options); }, [&](const CommandLine&) { return run(options); });
}
