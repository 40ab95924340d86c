// Trains MobileNet in several widths and image sizes: what do its two multipliers save, and what do they cost?
//
// Run     build/examples/multipliers_lab --picture multipliers.svg
// Time    a quarter of an hour on two cores; a minute with --limit-train 500 --epochs 1
// Expect  a line per training on stderr, and a table: parameters, multiply-adds, time and test accuracy of each, and
// the
//         shares of 1x1 convolutions in multiply-adds and time
// Page    docs/labs/multipliers.md
//
// The network is layers/models/survey/mobilenet.cpp.

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>

#include "core/files/atomic_file.h"
#include "core/parallel.h"
#include "examples/cli/best_seconds.h"
#include "examples/cli/format.h"
#include "examples/cli/options.h"
#include "examples/cli/signals.h"
#include "examples/cli/table.h"
#include "examples/labs/survey/short_training.h"
#include "layers/inspect/trace.h"

using namespace onefold;

namespace {

struct Settings {
  std::vector<std::string> widths = {"1", "0.75", "0.5", "0.25"};
  std::vector<std::string> sides = {"32", "24", "16"};
  // SGD alone: Muon's products of 1024 x 1024 weights would take most of the time.
  ShortRecipe recipe{.lr = 0.05, .muon_rate = 0};
  DataOptions data;
  double timing_seconds = 1;
  std::optional<std::filesystem::path> picture;
};

constexpr int64_t kTimedImages = 16;
constexpr int kPasses = 50;  // of which the fastest counts

/// Lists of numbers that are part of a network's name, which make_network() checks.
Rule number_in_name(const std::string& before, const std::string& behind) {
  const Rule name = network_name();
  return {[=](std::string& number) {
    std::string whole = before + number + behind;
    return name.complaint(whole);
  }};
}

void add_settings(CommandLine& line, Settings& settings) {
  line.add_option("--widths", &settings.widths, "width multipliers")
      .rule(number_in_name("mobilenet_", ""))
      .value_name("X...");
  line.add_option("--sides", &settings.sides, "height and width of the images")
      .rule(number_in_name("mobilenet_1_", ""))
      .value_name("N...");
  add_recipe_options(line, settings.recipe);
  line.group("Data");
  add_data_options(line, settings.data);
  line.group("Run");
  line.add_option("--timing-seconds", &settings.timing_seconds, "how long to time the layers of each network")
      .rule(real_number(0.01, 3600))
      .value_name("S");
  add_picture_option(line, settings.picture, "accuracies");
  add_threads_option(line);
}

/// A network of the family, and what was found of it.
struct Row {
  std::string width, side;
  int64_t parameters = 0, multiply_adds = 0;
  double seconds = 0;                             // of a folded image
  double pointwise_work = 0, pointwise_time = 0;  // shares of 1x1 convolutions
  ShortTraining training = {};
};

bool is_pointwise(const std::string& layer) { return layer.find(" 1x1,") != std::string::npos; }

/// Counts and times the folded network, whose batch norms cost nothing.
void look_at(Module& folded, const Shape& image, double seconds, Row& row) {
  const Trace found = trace(folded, image, kTimedImages, seconds);
  row.multiply_adds = found.multiply_adds();
  const NoGrad no_grad;
  const Variable images(Tensor::zeros({kTimedImages, image[1], image[2], image[3]}));
  row.seconds = best_seconds(kPasses, [&] { folded(images); }) / static_cast<double>(kTimedImages);
  for (const TracedOp& op : found.ops) {
    if (!is_pointwise(found.layers[op.layer].description)) continue;
    row.pointwise_work += static_cast<double>(op.multiply_adds) / static_cast<double>(found.multiply_adds());
    row.pointwise_time += op.seconds / found.seconds();
  }
}

Row examine(const std::string& width, const std::string& side, const DataSource& data, const Settings& settings) {
  Initializer initializer(settings.recipe.seed);
  const std::string name = "mobilenet_" + width + "_" + side;
  const Dataset& train = data.splits.train;
  const auto network = make_network(name, "", static_cast<int64_t>(train.classes.size()), initializer);
  Row row{.width = width, .side = side, .parameters = count_parameters(*network)};
  row.training = train_briefly(name, *network, data, settings.recipe.trainer());
  network->eval();
  look_at(*network->fold(), {1, train.height, train.width, train.channels}, settings.timing_seconds, row);
  return row;
}

Table table_of(const std::vector<Row>& rows) {
  Table table{.columns = {{"width"},
                          {"side", true},
                          {"parameters", true},
                          {"multiply-adds", true},
                          {"of them in 1x1", true},
                          {"time per image", true},
                          {"of it in 1x1", true},
                          {"time per epoch", true},
                          {"test accuracy", true}}};
  for (const Row& row : rows) {
    table.rows.push_back({row.width, row.side, grouped(row.parameters),
                          short_count(static_cast<double>(row.multiply_adds)), percent(row.pointwise_work),
                          duration(row.seconds), percent(row.pointwise_time), duration(row.training.seconds_per_epoch),
                          percent(row.training.test.accuracy(), 2)});
  }
  return table;
}

/// A line per image size: accuracy over some measure of each network, in order of that measure.
template <class Measure>
LineChart chart_of(const std::string& title, const std::string& x_label, std::vector<Row> rows,
                   const Measure& measure) {
  LineChart chart{.title = title, .x_label = x_label};
  chart.y_text = [](double share) { return fixed(100 * share, 0); };
  std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) { return measure(a) < measure(b); });
  for (const Row& row : rows) {
    const std::string name = row.side + " pixels";
    auto line = std::find_if(chart.series.begin(), chart.series.end(), [&](const Series& s) { return s.name == name; });
    if (line == chart.series.end()) line = chart.series.insert(line, {name, {}, {}});
    line->x.push_back(measure(row));
    line->y.push_back(row.training.test.accuracy());
  }
  return chart;
}

int run(const Settings& settings) {
  if (settings.picture) check_can_write(*settings.picture);
  const DataSource data = load_data(settings.data, settings.recipe);
  catch_stop_signals();
  std::vector<Row> rows;
  for (const std::string& side : settings.sides) {
    for (const std::string& width : settings.widths) rows.push_back(examine(width, side, data, settings));
  }
  std::cout << "MobileNet after " << several(settings.recipe.epochs, "epoch") << " of "
            << several(data.splits.train.size(), "image") << " of " << data.splits.train.name << ", folded, "
            << several(threads(), "thread") << "\n\n"
            << text_table(table_of(rows));
  if (settings.picture) {
    const auto work = [](const Row& row) { return static_cast<double>(row.multiply_adds) / 1e6; };
    const auto time = [](const Row& row) { return row.seconds * 1e6; };
    write_file_atomically(*settings.picture,
                          charts_file("MobileNet's multipliers", {"Test accuracy in %; along a line, the width."},
                                      {chart_of("For multiply-adds", "million multiply-adds", rows, work),
                                       chart_of("For time", "microseconds per image", rows, time)}));
  }
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  return run_program(
      argc, argv,
      {"Trains MobileNet in several widths and image sizes: what do its multipliers save, and what do they cost?",
       "--widths 1 0.5 --sides 32 --picture multipliers.svg", "docs/labs/multipliers.md"},
      [&](CommandLine& line) { add_settings(line, settings); }, [&](const CommandLine&) { return run(settings); });
}
