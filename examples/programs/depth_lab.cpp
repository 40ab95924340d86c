// Trains networks of the same layers deeper and deeper: where does plain depth fail, and what cures it?
//
// Run     build/examples/depth_lab --picture depth.svg
//         build/examples/depth_lab --depths 500 --methods delta_orthogonal residual --out runs/depth-500.json
// Time    half an hour on two cores; what is trained stands in runs/depth.json, and the same command goes on from there
// Expect  a line per training on stderr, and two tables over methods and depths: loss on training images, test accuracy
// Page    docs/labs/depth.md

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/files/atomic_file.h"
#include "examples/cli/format.h"
#include "examples/cli/options.h"
#include "examples/cli/signals.h"
#include "examples/cli/table.h"
#include "examples/labs/survey/finished_runs.h"
#include "examples/labs/survey/layer_row.h"
#include "examples/labs/survey/short_training.h"
#include "layers/models/survey/chain.h"
#include "layers/models/survey/survey.h"

using namespace onefold;
using nlohmann::ordered_json;

namespace {

void add_plain_layer(Chain& net, int64_t width, int64_t stride) {
  net.conv(3, width, {.stride = stride, .bias = true}).relu();
}

using Make = std::function<std::unique_ptr<Module>(int64_t depth, int64_t classes, Initializer& initializer)>;

Make in_a_row(const AddLayer& add) {
  return [add](int64_t depth, int64_t classes, Initializer& initializer) {
    return row_of(depth, 16, classes, initializer, add);
  };
}

// [methods]
/// What is done about depth. Without normalisation, SGD needs smaller steps.
struct Method {
  std::string name, about;
  bool normalises;
  double lr;
  Make make;
};

const std::vector<Method>& methods() {
  static const std::vector<Method> all = {
      {"plain", "convolution, ReLU", false, 0.01, in_a_row(add_plain_layer)},
      {"maxnorm", "leaky ReLU, filters of limited length", false, 0.01, max_norm},
      {"delta_orthogonal", "orthogonal at the centre, tanh", false, 0.01, delta_orthogonal},
      {"dirac", "identity within the kernel, batch norm", true, 0.05, in_a_row(block_of("diracnet"))},
      {"batch_norm", "convolution, batch norm, ReLU", true, 0.05, in_a_row(block_of("none"))},
      {"residual", "the same with a shortcut every two layers", true, 0.05, resnet},
      {"repvgg", "3x3, 1x1 and identity, which fold", true, 0.05, in_a_row(block_of("repvgg"))},
  };
  return all;
}
// [/methods]

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const Method& method : methods()) names.push_back(method.name);
  return names;
}

struct Settings {
  std::vector<std::string> methods = method_names();
  std::vector<std::string> depths = {"20", "56", "98"};
  // Few images, and many steps of each: the deepest networks take a second per step.
  ShortRecipe recipe{.limit_train = 2500, .batch_size = 32, .lr = 1, .muon_rate = 0};
  DataOptions data;
  std::filesystem::path out = "runs/depth.json";
  std::optional<std::filesystem::path> picture;
};

/// A depth that all methods can have.
Rule depth() {
  return {[](std::string& text) -> std::string {
    if (const std::string complaint = whole_number(8, 1202).complaint(text); !complaint.empty()) return complaint;
    if (std::stoll(text) % 6 == 2) return "";
    return "got " + text + ", needs 6 n + 2 layers, as 20, 56, 98 or 500";
  }};
}

void add_settings(CommandLine& line, Settings& settings) {
  line.add_option("--methods", &settings.methods, "what is done about depth")
      .rule(one_of(method_names()))
      .value_name("NAME...");
  line.add_option("--depths", &settings.depths, "layers").rule(depth()).value_name("N...");
  add_recipe_options(line, settings.recipe, "maximum learning rate, as a multiple of each method's own");
  line.group("Data");
  add_data_options(line, settings.data);
  line.group("Run");
  add_results_option(line, settings.out);
  add_picture_option(line, settings.picture, "accuracies over depth");
  add_threads_option(line);
}

/// What a result depends on, beside method and depth.
ordered_json conditions(const Settings& settings, const DataSource& data) {
  const ShortRecipe& recipe = settings.recipe;
  return {{"images", data.splits.train.name}, {"train", data.splits.train.size()},
          {"test", data.splits.test.size()},  {"epochs", recipe.epochs},
          {"batch", recipe.batch_size},       {"rate", recipe.lr},
          {"muon", recipe.muon_rate},         {"seed", recipe.seed}};
}

std::string key_of(const std::string& method, const std::string& depth) { return method + " " + depth; }

FinishedRuns::Result train(const Method& method, const std::string& depth, const Settings& settings,
                           const DataSource& data) {
  Initializer initializer(settings.recipe.seed);
  const auto network =
      method.make(std::stoll(depth), static_cast<int64_t>(data.splits.train.classes.size()), initializer);
  TrainerOptions options = settings.recipe.trainer();
  options.learning_rate *= method.lr;
  try {
    const ShortTraining training = train_briefly(key_of(method.name, depth), *network, data, options);
    return {{"loss", training.loss}, {"accuracy", training.test.accuracy()}, {"seconds", training.seconds_per_epoch}};
  } catch (const NonFiniteLoss& error) {
    std::cerr << key_of(method.name, depth) << ": " << error.what() << '\n';
    return {{"loss", std::nan("")}, {"accuracy", std::nan("")}, {"seconds", std::nan("")}};
  }
}

bool is_wanted(const Method& method, const Settings& settings) {
  return std::count(settings.methods.begin(), settings.methods.end(), method.name) > 0;
}

void print(const FinishedRuns& runs, const Settings& settings, const char* what, const std::string& title) {
  Table table{.columns = {{"method"}, {"what it is"}}};
  for (const std::string& depth : settings.depths) table.columns.push_back({depth + " layers", true});
  for (const Method& method : methods()) {
    if (!is_wanted(method, settings)) continue;
    table.rows.push_back({method.name, method.about});
    for (const std::string& depth : settings.depths) {
      const double value = runs.value(key_of(method.name, depth), what);
      const bool is_share = std::string(what) == "accuracy";
      table.rows.back().push_back(std::isnan(value) ? "diverged" : is_share ? percent(value, 2) : fixed(value, 3));
    }
  }
  std::cout << title << "\n\n" << text_table(table) << '\n';
}

std::string picture(const FinishedRuns& runs, const Settings& settings) {
  std::vector<LineChart> charts;
  for (const bool normalises : {false, true}) {
    LineChart chart{.title = normalises ? "With" : "Without", .x_label = "layers", .from_zero = true};
    chart.y_text = [](double share) { return fixed(100 * share, 0); };
    for (const Method& method : methods()) {
      if (!is_wanted(method, settings) || method.normalises != normalises) continue;
      Series line{method.name, {}, {}};
      for (const std::string& depth : settings.depths) {
        line.x.push_back(static_cast<double>(std::stoll(depth)));
        line.y.push_back(runs.value(key_of(method.name, depth), "accuracy"));
      }
      chart.series.push_back(line);
    }
    charts.push_back(chart);
  }
  return charts_file("Depth", {"Test accuracy in % after a short training, of methods without batch norm and with it."},
                     charts);
}

int run(const Settings& settings) {
  if (settings.picture) check_can_write(*settings.picture);
  const DataSource data = load_data(settings.data, settings.recipe);
  FinishedRuns runs(settings.out, conditions(settings, data), {"loss", "accuracy", "seconds"});
  catch_stop_signals();
  for (const std::string& depth : settings.depths) {
    for (const Method& method : methods()) {
      const std::string key = key_of(method.name, depth);
      if (is_wanted(method, settings) && !runs.has(key)) runs.add(key, train(method, depth, settings, data));
    }
  }
  std::cout << "After " << several(settings.recipe.epochs, "epoch") << " of "
            << several(data.splits.train.size(), "image") << " of " << data.splits.train.name << "\n\n";
  print(runs, settings, "loss", "Loss on training images");
  print(runs, settings, "accuracy", "Test accuracy");
  if (settings.picture) write_file_atomically(*settings.picture, picture(runs, settings));
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  return run_program(
      argc, argv,
      {"Trains networks of the same layers deeper and deeper: where does plain depth fail, and what cures it?",
       "--picture depth.svg", "docs/labs/depth.md"},
      [&](CommandLine& line) { add_settings(line, settings); }, [&](const CommandLine&) { return run(settings); });
}
