// Draws networks of about the same size from four spaces, each with one rule more, up to RegNet, and trains them
// briefly: do the rules make a good network likelier?
//
// Run     build/examples/design_lab --picture design.svg
// Time    an hour on two cores; what is trained stands in runs/design.json, and the same command goes on from there
// Expect  a line per training on stderr, and a table: the least, median and mean error in each space, its best network
// Page    docs/labs/design.md
//
// The spaces are examples/labs/survey/design_space.cpp, the network layers/models/survey/regnet.cpp.

#include <algorithm>
#include <cmath>
#include <iostream>

#include "core/files/atomic_file.h"
#include "examples/cli/format.h"
#include "examples/cli/options.h"
#include "examples/cli/table.h"
#include "examples/labs/survey/design_space.h"
#include "examples/labs/survey/proxy.h"
#include "examples/labs/survey/spread.h"

using namespace onefold;

namespace {

struct Settings {
  int64_t networks = 50;
  double size = 15;  // million multiply-adds, of which the stem has 1.8
  ProxySettings proxy{
      .recipe = {.limit_train = 2000, .batch_size = 32}, .data = {}, .out = "runs/design.json", .picture = {}};
};

constexpr double kTolerance = 0.15;  // of the size

void add_settings(CommandLine& line, Settings& settings) {
  line.add_option("--networks", &settings.networks, "networks to draw from each space")
      .rule(whole_number(2, 10000))
      .value_name("N");
  // All spaces have networks of these sizes.
  line.add_option("--size", &settings.size, "million multiply-adds of the networks, within 15 %")
      .rule(real_number(8, 60))
      .value_name("M");
  add_proxy_options(line, settings.proxy, "the errors' distributions");
}

/// A network of a space, and its error: the share of test images that it gets wrong; 1 if its training diverged.
struct Sample {
  AnyNet shape;
  double error = 0;
};

/// The networks of a space, the best first.
std::vector<Sample> samples_of(size_t space, Proxy& proxy, const Settings& settings) {
  const uint64_t seed = settings.proxy.recipe.seed;
  Dice dice{Random(seed, space)};
  std::vector<Sample> samples;
  for (int64_t i = 0; i < settings.networks; ++i) {
    const AnyNet shape = draw_of_size(design_spaces()[space], settings.size * 1e6, kTolerance, proxy.image(), dice);
    const double accuracy =
        proxy.value("accuracy", text_of(shape), seed,
                    [&](int64_t classes, Initializer& initializer) { return anynet(shape, classes, initializer); });
    samples.push_back({shape, std::isnan(accuracy) ? 1 : 1 - accuracy});
  }
  std::sort(samples.begin(), samples.end(), [](const Sample& a, const Sample& b) { return a.error < b.error; });
  return samples;
}

std::vector<double> errors_of(const std::vector<Sample>& samples) {
  std::vector<double> errors;
  for (const Sample& sample : samples) errors.push_back(sample.error);
  return errors;
}

Table table_of(const std::vector<std::vector<Sample>>& spaces) {
  Table table{
      .columns = {{"space"}, {"rule"}, {"least error %", true}, {"median", true}, {"mean", true}, {"best network"}}};
  for (size_t space = 0; space < spaces.size(); ++space) {
    const std::vector<double> errors = errors_of(spaces[space]);
    const double median = (errors[(errors.size() - 1) / 2] + errors[errors.size() / 2]) / 2;
    table.rows.push_back({design_spaces()[space].name, design_spaces()[space].rule, fixed(100 * errors.front(), 2),
                          fixed(100 * median, 2), points_text(spread_of(errors)),
                          text_of(spaces[space].front().shape)});
  }
  return table;
}

/// The empirical distribution: the share of networks with an error of at most x.
Series distribution(const std::string& name, const std::vector<Sample>& samples) {
  Series line{name, {}, {}};
  for (size_t i = 0; i < samples.size(); ++i) {
    line.x.push_back(100 * samples[i].error);
    line.y.push_back(static_cast<double>(i + 1) / static_cast<double>(samples.size()));
  }
  return line;
}

std::string picture(const std::vector<std::vector<Sample>>& spaces) {
  LineChart all{.title = "Spaces", .x_label = "test error in %", .from_zero = true};
  all.y_text = [](double share) { return fixed(100 * share, 0); };
  LineChart split = all;
  split.title = "Of the first two";
  std::vector<Sample> grow, other;
  for (size_t space = 0; space < spaces.size(); ++space) {
    all.series.push_back(distribution(design_spaces()[space].name, spaces[space]));
    for (const Sample& sample : spaces[space]) {
      if (space < 2) (widths_grow(sample.shape) ? grow : other).push_back(sample);
    }
  }
  for (auto* const some : {&grow, &other}) {
    std::sort(some->begin(), some->end(), [](const Sample& a, const Sample& b) { return a.error < b.error; });
  }
  split.series = {distribution("widths grow", grow), distribution("a stage is thinner", other)};
  return charts_file("Design spaces",
                     {"Share of networks in % with at most that error: better spaces lie further left."}, {all, split});
}

int run(const Settings& settings) {
  Proxy proxy(settings.proxy);
  std::vector<std::vector<Sample>> spaces;
  for (size_t space = 0; space < design_spaces().size(); ++space) {
    spaces.push_back(samples_of(space, proxy, settings));
  }
  std::cout << "Errors after " << proxy.about() << ", " << several(settings.networks, "network") << " of each space\n\n"
            << text_table(table_of(spaces));
  if (settings.proxy.picture) write_file_atomically(*settings.proxy.picture, picture(spaces));
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  return run_program(
      argc, argv,
      {"Draws networks from spaces with ever more rules, up to RegNet: do the rules make a good one likelier?",
       "--networks 10 --picture design.svg", "docs/labs/design.md"},
      [&](CommandLine& line) { add_settings(line, settings); }, [&](const CommandLine&) { return run(settings); });
}
