// Measures ShuffleNet v2's four guidelines on this CPU: what makes a network slow that does no more work?
//
// Run     build/examples/guidelines_lab --picture guidelines.svg
// Time    15 seconds on two cores
// Expect  a table per guideline: networks of the same multiply-adds, the memory that each touches, and its speed
// Page    docs/labs/guidelines.md
//
// The networks are in examples/labs/survey/guidelines.cpp.

#include <filesystem>
#include <iostream>
#include <optional>

#include "core/files/atomic_file.h"
#include "core/parallel.h"
#include "examples/cli/format.h"
#include "examples/cli/options.h"
#include "examples/cli/signals.h"
#include "examples/cli/table.h"
#include "examples/labs/survey/guidelines.h"
#include "examples/labs/survey/short_training.h"

using namespace onefold;

namespace {

struct Settings {
  int64_t side = 32;     // of the feature maps, in pixels
  int64_t batch = 1;     // as a phone sees them: images one by one
  int64_t rounds = 500;  // of which the fastest counts
  std::optional<std::filesystem::path> picture;
};

void add_settings(CommandLine& line, Settings& settings) {
  line.add_option("--side", &settings.side, "height and width of the feature maps").rule(whole_number(1, 512));
  add_batch_size_option(line, settings.batch, "images per pass");
  line.add_option("--rounds", &settings.rounds, "passes through each network, of which the fastest counts")
      .rule(whole_number(1, 100000));
  add_picture_option(line, settings.picture, "the speeds");
  add_threads_option(line);
}

/// Multiply-adds per second.
double speed(const Variant& variant, int64_t batch) {
  return static_cast<double>(variant.multiply_adds * batch) / variant.seconds;
}

void print(const Guideline& guideline, int64_t batch) {
  Table table{.columns = {{"network"},
                          {"multiply-adds", true},
                          {"memory accesses", true},
                          {"over the bound", true},
                          {"time", true},
                          {"multiply-adds per second", true},
                          {"relative speed", true}}};
  const double first = speed(guideline.variants.front(), batch);
  for (const Variant& variant : guideline.variants) {
    const auto accesses = static_cast<double>(variant.memory_accesses);
    table.rows.push_back({variant.name, short_count(static_cast<double>(variant.multiply_adds)), short_count(accesses),
                          variant.bound > 0 ? percent(accesses / variant.bound - 1) : "-", duration(variant.seconds),
                          short_count(speed(variant, batch)), fixed(speed(variant, batch) / first, 2)});
  }
  std::cout << '\n' << guideline.name << ". The claim: " << guideline.claim << "\n\n" << text_table(table);
}

LineChart chart_of(const Guideline& guideline, int64_t batch) {
  LineChart chart{.title = guideline.name, .x_label = guideline.x_label, .from_zero = true};
  chart.y_text = [](double value) { return plain(value, 2); };
  const double first = speed(guideline.variants.front(), batch);
  for (const Variant& variant : guideline.variants) {
    if (chart.series.empty() || chart.series.back().name != variant.line)
      chart.series.push_back({variant.line, {}, {}});
    chart.series.back().x.push_back(variant.x);
    chart.series.back().y.push_back(speed(variant, batch) / first);
  }
  return chart;
}

int run(const Settings& settings) {
  if (settings.picture) check_can_write(*settings.picture);
  catch_stop_signals();
  std::vector<Guideline> all = guidelines(settings.side);
  time_variants(all, settings.side, settings.batch, settings.rounds);
  std::cout << "Feature maps of " << settings.side << " x " << settings.side << " pixels, "
            << several(settings.batch, "image") << " per pass, " << several(threads(), "thread")
            << "; a network is four equal blocks\n";
  std::vector<LineChart> charts;
  for (const Guideline& guideline : all) {
    print(guideline, settings.batch);
    charts.push_back(chart_of(guideline, settings.batch));
  }
  if (settings.picture) {
    write_file_atomically(*settings.picture,
                          charts_file("Networks of the same multiply-adds",
                                      {"Speed, as a multiple of the first network's in each chart."}, charts));
  }
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  return run_program(
      argc, argv,
      {"Measures ShuffleNet v2's four guidelines on this CPU: what makes a network slow that does no more work?",
       "--picture guidelines.svg", "docs/labs/guidelines.md"},
      [&](CommandLine& line) { add_settings(line, settings); }, [&](const CommandLine&) { return run(settings); });
}
