// Trains one row of 3x3 convolutions in several forms, which all fold to it, over seeds: can a plain network compete,
// and where do branches help?
//
// Run     build/examples/arena
//         build/examples/arena --methods none repvgg --depths 8 14 22 38 56 --epochs 5 10 20 40 --limit-train 2500
//           --held-out 2500 --batch-size 64 --out runs/branches.json --picture branches.svg
// Time    half a day of one core, and about five hours; what is trained stands in the file of results, and the same
//         command goes on from there
// Expect  a line per training on stderr; for one depth and length, a table of accuracies and costs, for several, tables
//         of accuracies and of differences to the first method
// Pages   docs/labs/arena.md, docs/labs/branches.md

#include "examples/labs/survey/arena.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/files/atomic_file.h"
#include "examples/cli/format.h"
#include "examples/cli/options.h"
#include "examples/cli/signals.h"
#include "examples/cli/table.h"
#include "examples/labs/survey/arena_training.h"

using namespace onefold;
using nlohmann::ordered_json;

namespace {

struct Settings {
  ArenaPlan plan{
      .methods = {"none", "residual", "diracnet", "acb", "doconv", "expandnet", "repvgg", "dbb", "repoptimizer"},
      .depths = {"20"},
      .epochs = {"10"},
      .rates = {"0.1"},
      .decays = {"0.0005"},
      .seeds = {"1", "2", "3"},
      .optimizer = "sgd"};
  int64_t limit_train = 0;
  int64_t held_out = 5000;  // of the training images, to choose rates and decays with
  DataOptions data;
  std::filesystem::path out = "runs/arena.json";
  std::vector<std::filesystem::path> more;
  bool table_only = false;
  int64_t steps = 5;  // to time
  std::optional<std::filesystem::path> picture;
};

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const ArenaMethod& method : arena_methods()) names.push_back(method.name);
  return names;
}

/// A number for all methods or, behind a method's name and "=", for that one; written as it stands in results.
Rule number_of_method(double lowest, double highest) {
  return {[number = real_number(lowest, highest), name = one_of(method_names())](std::string& text) -> std::string {
    const size_t sign = text.find('=');
    std::string before = sign == std::string::npos ? "" : text.substr(0, sign + 1);
    std::string method = text.substr(0, before.empty() ? 0 : sign), value = text.substr(before.size());
    if (!before.empty()) {
      if (const std::string complaint = name.complaint(method); !complaint.empty()) return complaint;
    }
    if (const std::string complaint = number.complaint(value); !complaint.empty()) return complaint;
    text = before + plain(std::stod(value));
    return {};
  }};
}

void add_settings(CommandLine& line, Settings& settings) {
  ArenaPlan& plan = settings.plan;
  line.group("What is compared");
  line.add_option("--methods", &plan.methods, "forms of training; differences are to the first")
      .rule(one_of(method_names()))
      .value_name("NAME...");
  line.add_option("--depths", &plan.depths, "layers").rule(whole_number(5, 1202)).value_name("N...");
  line.add_option("--epochs", &plan.epochs, "passes over the training images")
      .rule(whole_number(1, 100000))
      .value_name("N...");
  line.add_option("--seeds", &plan.seeds, "seeds of the weights, and of the order and augmentation of images")
      .rule(whole_number(0))
      .value_name("N...");
  line.group("Recipe");
  line.add_option("--optimizer", &plan.optimizer, "of the convolutions; all else is trained with SGD")
      .rule(one_of({"sgd", "muon"}));
  line.add_option("--rates", &plan.rates, "maximum learning rates, of all methods or, as NAME=X, of one")
      .rule(number_of_method(1e-6, 1000))
      .value_name("X...");
  line.add_option("--decays", &plan.decays, "weight decays, likewise; Muon's convolutions have none")
      .rule(number_of_method(0, 1))
      .value_name("X...");
  line.add_option("--width", &settings.plan.width, "channels of the first of three stages")
      .rule(whole_number(1, 1024))
      .value_name("N");
  add_batch_size_option(line, settings.plan.batch_size, "images per step");
  line.group("Data");
  line.add_option("--limit-train", &settings.limit_train, "train with at most N images (0 = all)")
      .rule(whole_number(0))
      .value_name("N");
  line.add_option("--held-out", &settings.held_out, "use the N training images that follow to choose the recipe")
      .rule(whole_number(1))
      .value_name("N");
  add_data_options(line, settings.data);
  line.group("Run");
  add_results_option(line, settings.out);
  line.add_option("--also", &settings.more, "files of results to read, of processes that share the work")
      .rule(name_of("a file"))
      .value_name("FILE...");
  line.add_flag("--table-only", &settings.table_only, "print what is finished, and train nothing");
  line.add_option("--timed-steps", &settings.steps, "steps of training to time for the table of costs (0 = none)")
      .rule(whole_number(0, 1000))
      .value_name("N");
  add_picture_option(line, settings.picture, "differences over depth");
  add_threads_option(line);
}

/// What a result depends on and its name does not say.
ordered_json conditions(const Settings& settings, const ArenaImages& images) {
  const DatasetSplits& splits = images.data.splits;
  return {{"images", splits.train.name}, {"train", splits.train.size()},      {"held_out", images.held_out.size()},
          {"test", splits.test.size()},  {"batch", settings.plan.batch_size}, {"width", settings.plan.width}};
}

/// Throws UsageError for what cannot be combined.
void check_settings(const Settings& settings) {
  const ArenaPlan& plan = settings.plan;
  const auto compares = [&](const char* name) {
    return std::find(plan.methods.begin(), plan.methods.end(), name) != plan.methods.end();
  };
  const std::pair<const char*, const std::vector<std::string>&> lists[] = {
      {"--methods", plan.methods}, {"--depths", plan.depths}, {"--epochs", plan.epochs},
      {"--rates", plan.rates},     {"--decays", plan.decays}, {"--seeds", plan.seeds}};
  for (const auto& [option, values] : lists) {
    for (const std::string& value : values) {
      if (std::count(values.begin(), values.end(), value) > 1) {
        throw UsageError(std::string(option) + ": " + value + " is given twice: leave one out");
      }
    }
  }
  for (const std::string& method : plan.methods) {
    if (plan.recipes(method).empty()) throw UsageError("--rates and --decays: there is none for " + method);
  }
  if (compares("repoptimizer") && plan.optimizer == "muon") {
    throw UsageError("repoptimizer scales the gradients that SGD takes: leave it out, or choose --optimizer sgd");
  }
  for (const std::string& depth : plan.depths) {
    if (compares("residual") && (std::stoll(depth) % 6 != 2 || std::stoll(depth) < 8 || settings.plan.width != 16)) {
      throw UsageError("residual has 6 n + 2 layers, as 8, 14, 20 or 56, and 16 channels; got --depths " + depth +
                       " and --width " + std::to_string(settings.plan.width) + ": change them, or leave it out");
    }
  }
  if (!settings.picture) return;
  check_can_write(*settings.picture);
  if (plan.methods.size() < 2 || plan.depths.size() < 2) {
    throw UsageError("--picture draws differences over depth: give at least two --methods and two --depths");
  }
}

/// Trains what is missing, the short trainings first: a map that is not finished has some columns with all seeds.
void train_all(const Settings& settings, const ArenaImages& images, FinishedRuns& runs) {
  const ArenaPlan& plan = settings.plan;
  const ArenaResults results(plan, runs);
  catch_stop_signals();
  for (const std::string& epochs : plan.epochs) {
    for (const std::string& seed : plan.seeds) {
      for (const std::string& depth : plan.depths) {
        for (const std::string& method : plan.methods) {
          for (const ArenaRecipe& recipe : plan.recipes(method)) {
            const ArenaCell cell{method, depth, epochs};
            const std::string name = results.name(cell, recipe, seed);
            if (!runs.has(name)) runs.add(name, train(name, results.run(cell, recipe, seed), images));
          }
        }
      }
    }
  }
}

int run(const Settings& settings) {
  check_settings(settings);
  const ArenaImages images = load_arena_images(settings.data, settings.limit_train, settings.held_out);
  FinishedRuns runs(settings.out, conditions(settings, images), {"loss", "held_out", "accuracy"}, settings.more);
  if (!settings.table_only) train_all(settings, images, runs);

  const ArenaPlan& plan = settings.plan;
  const ArenaResults results(plan, runs);
  const Dataset& train = images.data.splits.train;
  const std::string recipe = plan.optimizer + ", steps of " + std::to_string(plan.batch_size);
  std::cout << "First stage of " << several(plan.width, "channel") << ", " << several(train.size(), "image") << " of "
            << train.name << ", " << recipe << "; ± is the standard deviation between seeds\n\n";
  const bool tuned = std::any_of(plan.methods.begin(), plan.methods.end(),
                                 [&](const std::string& method) { return plan.recipes(method).size() > 1; });
  if (tuned) std::cout << "Recipes\n\n" << text_table(results.recipes_table()) << '\n';
  if (plan.depths.size() == 1 && plan.epochs.size() == 1) {
    std::cout << plan.depths.front() << " layers, " << several(std::stoll(plan.epochs.front()), "epoch") << "\n\n"
              << text_table(results.costs_table(images, settings.steps));
    return kSuccess;
  }
  for (const std::string& method : plan.methods) {
    const auto print = [&](const std::string& title, MapOf what) {
      std::cout << method << title << "\n\n" << text_table(results.map_table(method, what)) << '\n';
    };
    print(": loss on training images in the last epoch", MapOf::loss);
    print(": test accuracy in %", MapOf::accuracy);
    if (method != plan.methods.front()) print(" minus " + plan.methods.front() + ": points", MapOf::difference);
  }
  if (settings.picture) {
    const std::string note = "In points; bars are the standard deviation between seeds. " +
                             several(train.size(), "image") + ", " + recipe + ".";
    write_file_atomically(*settings.picture, results.map_picture(note));
  }
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  return run_program(
      argc, argv,
      {"Trains one row of convolutions in several forms: can a plain network compete, where do branches help?",
       "--methods none repvgg dbb --depths 14 --epochs 5 --limit-train 5000", "docs/labs/arena.md"},
      [&](CommandLine& line) { add_settings(line, settings); }, [&](const CommandLine&) { return run(settings); });
}
