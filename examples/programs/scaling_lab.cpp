// Makes a small EfficientNet larger along depth, width and resolution at once, and along each alone, for the same
// multiply-adds: is it better to scale all three?
//
// Run     build/examples/scaling_lab --picture scaling.svg
// Time    half an hour on two cores; what is trained stands in runs/scaling.json, and the same command goes on there
// Expect  a line per training on stderr, and a table: factors, parameters, multiply-adds, loss, test accuracy
// Page    docs/labs/scaling.md
//
// The network is layers/models/survey/efficientnet.cpp.

#include <cmath>
#include <iostream>

#include "core/files/atomic_file.h"
#include "examples/cli/format.h"
#include "examples/cli/options.h"
#include "examples/cli/table.h"
#include "examples/labs/survey/proxy.h"
#include "examples/labs/survey/spread.h"
#include "layers/inspect/count.h"
#include "layers/models/survey/survey.h"

using namespace onefold;

namespace {

struct Settings {
  std::vector<std::string> phis = {"1", "2"};
  int64_t repeats = 3;
  ProxySettings proxy{.recipe = {}, .data = {}, .out = "runs/scaling.json", .picture = {}};
};

void add_settings(CommandLine& line, Settings& settings) {
  // From 3 on, depth alone would need more than the ten times that efficientnet_tiny() allows.
  line.add_option("--phis", &settings.phis, "how often the multiply-adds about double")
      .rule(real_number(0.1, 3))
      .value_name("X...");
  line.add_option("--repeats", &settings.repeats, "trainings of each network, with seeds from --seed on")
      .rule(whole_number(1, 1000))
      .value_name("N");
  add_proxy_options(line, settings.proxy, "accuracies and losses over multiply-adds");
}

// [axes]
/// A way to make the network larger by a factor.
struct Axis {
  std::string name;
  CompoundScale (*scale)(double factor);
};

const Axis kAlone[] = {{"depth", [](double factor) { return CompoundScale{.depth = factor}; }},
                       {"width", [](double factor) { return CompoundScale{.width = factor}; }},
                       {"resolution", [](double factor) { return CompoundScale{.resolution = factor}; }}};
// [/axes]

Counts counts_of(const CompoundScale& scale, const Shape& image) {
  Initializer initializer(1);
  return count(*efficientnet_tiny(scale, 10, initializer), image);
}

/// By the factor whose multiply-adds are nearest to `goal`: depth is whole blocks, width whole channels.
CompoundScale alone(const Axis& axis, int64_t goal, const Shape& image) {
  const auto work = [&](double factor) { return counts_of(axis.scale(factor), image).multiply_adds; };
  double low = 1, high = 2;
  while (high < 10 && work(high) < goal) high = std::fmin(2 * high, 10);
  while (high - low > 0.01) {
    const double middle = (low + high) / 2;
    (work(middle) < goal ? low : high) = middle;
  }
  return axis.scale(goal - work(low) < work(high) - goal ? low : high);
}

/// A network, and what was found of it.
struct Row {
  std::string phi, axis;
  CompoundScale scale;
  Counts counts = {};
  Spread loss = {}, accuracy = {};
};

/// The network that is scaled, then for each phi all three axes and each alone.
std::vector<Row> rows_of(const Settings& settings, const Shape& image) {
  std::vector<Row> rows = {{"0", "none", {}, counts_of({}, image)}};
  for (const std::string& phi : settings.phis) {
    const CompoundScale compound = compound_scale(std::stod(phi));
    const Counts goal = counts_of(compound, image);
    rows.push_back({phi, "all three", compound, goal});
    for (const Axis& axis : kAlone) {
      const CompoundScale scale = alone(axis, goal.multiply_adds, image);
      rows.push_back({phi, axis.name, scale, counts_of(scale, image)});
    }
  }
  return rows;
}

std::string factors_text(const CompoundScale& scale) {
  return fixed(scale.depth, 2) + " x " + fixed(scale.width, 2) + " x " + fixed(scale.resolution, 2);
}

void train(Row& row, Proxy& proxy, const Settings& settings) {
  const Proxy::Make make = [&](int64_t classes, Initializer& initializer) {
    return efficientnet_tiny(row.scale, classes, initializer);
  };
  std::vector<double> losses, accuracies;
  for (int64_t i = 0; i < settings.repeats; ++i) {
    const uint64_t seed = settings.proxy.recipe.seed + static_cast<uint64_t>(i);
    losses.push_back(proxy.value("loss", factors_text(row.scale), seed, make));
    accuracies.push_back(proxy.value("accuracy", factors_text(row.scale), seed, make));
  }
  row.loss = spread_of(losses);
  row.accuracy = spread_of(accuracies);
}

Table table_of(const std::vector<Row>& rows) {
  Table table{.columns = {{"phi"},
                          {"scaled"},
                          {"depth x width x resolution"},
                          {"parameters", true},
                          {"multiply-adds", true},
                          {"loss", true},
                          {"test %", true}}};
  for (const Row& row : rows) {
    table.rows.push_back({row.phi, row.axis, factors_text(row.scale), grouped(row.counts.parameters),
                          short_count(static_cast<double>(row.counts.multiply_adds)), fixed(row.loss.mean, 3),
                          points_text(row.accuracy)});
  }
  return table;
}

/// A line per way of scaling, from the network that is not scaled on.
LineChart chart_of(const std::string& title, const std::vector<Row>& rows, const std::function<Spread(const Row&)>& of,
                   int decimals) {
  LineChart chart{.title = title, .x_label = "million multiply-adds"};
  chart.y_text = [decimals](double value) { return fixed(value, decimals); };
  for (size_t way = 1; way <= std::size(kAlone) + 1; ++way) {
    Series line{rows[way].axis, {}, {}};
    for (const Row& row : rows) {
      if (row.axis != rows[way].axis && row.axis != rows[0].axis) continue;
      line.x.push_back(static_cast<double>(row.counts.multiply_adds) / 1e6);
      line.y.push_back(of(row).mean);
      line.deviation.push_back(of(row).deviation);
    }
    chart.series.push_back(line);
  }
  return chart;
}

std::string picture(const std::vector<Row>& rows) {
  const auto accuracy = [](const Row& row) { return Spread{100 * row.accuracy.mean, 100 * row.accuracy.deviation, 0}; };
  const auto loss = [](const Row& row) { return row.loss; };
  return charts_file("Compound scaling", {"The same network, made larger; bars are the deviation between seeds."},
                     {chart_of("Test accuracy in %", rows, accuracy, 1), chart_of("Training loss", rows, loss, 2)});
}

int run(const Settings& settings) {
  Proxy proxy(settings.proxy);
  std::vector<Row> rows = rows_of(settings, proxy.image());
  for (Row& row : rows) train(row, proxy, settings);
  std::cout << "A small EfficientNet after " << proxy.about() << ", " << several(settings.repeats, "seed") << "\n\n"
            << text_table(table_of(rows));
  if (settings.proxy.picture) write_file_atomically(*settings.proxy.picture, picture(rows));
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  return run_program(
      argc, argv,
      {"Makes a small EfficientNet deeper, wider and its images larger, at once and alone: what is better?",
       "--phis 1 --repeats 1 --picture scaling.svg", "docs/labs/scaling.md"},
      [&](CommandLine& line) { add_settings(line, settings); }, [&](const CommandLine&) { return run(settings); });
}
