// Searches for a good cell in four ways, each with the same number of cells that it may train: at random, by a policy
// that learns by gradient, progressively with a surrogate, and by ageing evolution. Which finds the best, and how soon?
//
// Run     build/examples/search_lab --picture search.svg
// Time    an hour on two cores; what is trained stands in runs/search.json, and the same command goes on from there
// Expect  a line per training on stderr; a table: the best accuracy of each search after a quarter, half and all of its
//         cells; and the best cells, which --net nasnet:"..." of train_cifar10 takes
// Page    docs/labs/search.md
//
// The searches are examples/labs/survey/cell_search.cpp, the network of a cell layers/models/survey/nasnet.cpp.

#include <algorithm>
#include <cmath>
#include <iostream>
#include <set>

#include "core/files/atomic_file.h"
#include "examples/cli/format.h"
#include "examples/cli/options.h"
#include "examples/cli/table.h"
#include "examples/labs/survey/cell_search.h"
#include "examples/labs/survey/proxy.h"
#include "examples/labs/survey/spread.h"
#include "layers/models/survey/survey.h"

using namespace onefold;

namespace {

struct Settings {
  int64_t budget = 40;
  int64_t repeats = 3;
  int64_t blocks = 3;  // there are 380,000 cells of three blocks, and 2,800 of two
  int64_t width = 8;   // of the first of three stages, each a cell, with a reduction of the same plan in between
  ProxySettings proxy{.recipe = {.limit_train = 2000, .batch_size = 32},
                      .held_out = 2000,
                      .data = {.data_dir = {}, .limit_test = 2000},
                      .out = "runs/search.json",
                      .picture = {}};
};

void add_settings(CommandLine& line, Settings& settings) {
  line.add_option("--budget", &settings.budget, "cells that a search may train")
      .rule(whole_number(12, 10000))
      .value_name("N");
  line.add_option("--repeats", &settings.repeats, "searches of each kind; all share the trainings of cells")
      .rule(whole_number(1, 1000))
      .value_name("N");
  line.add_option("--blocks", &settings.blocks, "blocks of a cell").rule(whole_number(2, 5)).value_name("N");
  line.add_option("--width", &settings.width, "channels of an operation in the first stage")
      .rule(whole_number(2, 256))
      .value_name("N");
  add_proxy_options(line, settings.proxy, "accuracies over the number of cells");
}

/// A search: accuracies of all its cells on held-out images, and the best cell so far.
struct Found {
  std::vector<double> scores, best_so_far;
  Cell best;
  double best_score = std::nan("");
};

/// The accuracies of cells, which the proxy trains when they are asked for the first time.
class Judge {
 public:
  Judge(Proxy& proxy, const Settings& settings) : proxy_(proxy), settings_(settings) {}

  double accuracy(const std::string& what, const Cell& cell) {
    const std::string genotype = genotype_of(cell);
    asked_.insert(genotype);
    const std::string name = "width " + std::to_string(settings_.width) + ", " + genotype;
    const double found = proxy_.value(
        what, name, settings_.proxy.recipe.seed,
        [&](int64_t classes, Initializer& random) { return nasnet(genotype, 1, settings_.width, classes, random); });
    return std::isnan(found) ? 0 : found;
  }

  /// How many cells were asked for.
  int64_t cells() const { return std::ssize(asked_); }

 private:
  Proxy& proxy_;
  const Settings& settings_;
  std::set<std::string> asked_;
};

Found search(const CellSearch& way, uint64_t seed, Judge& judge, const Settings& settings) {
  Found found;
  Dice dice{Random(seed, 0)};
  const auto score = [&](const Cell& cell) {
    const double accuracy = judge.accuracy("held_out", cell);
    const bool is_whole = std::ssize(cell) == 4 * settings.blocks;  // PNAS begins with smaller ones
    if (is_whole && !(accuracy <= found.best_score)) {
      found.best = cell;
      found.best_score = accuracy;
    }
    found.scores.push_back(accuracy);
    found.best_so_far.push_back(found.best_score);
    return accuracy;
  };
  way.search(score, settings.blocks, settings.budget, dice);
  return found;
}

/// The searches of one kind.
using Repeats = std::vector<Found>;

Spread best_after(const Repeats& repeats, size_t cells) {
  std::vector<double> best;
  for (const Found& found : repeats) best.push_back(found.best_so_far[cells - 1]);
  return spread_of(best);
}

std::string best_text(const Repeats& repeats, size_t cells) {
  const Spread best = best_after(repeats, cells);
  return std::isnan(best.mean) ? "-" : points_text(best);
}

/// The first number of cells after which the mean of the best is what random search ends with.
std::string cells_to_reach(double goal, const Repeats& repeats, size_t budget) {
  for (size_t cells = 1; cells <= budget; ++cells) {
    if (best_after(repeats, cells).mean >= goal) return std::to_string(cells);
  }
  return "more";
}

Table table_of(const std::vector<Repeats>& found, Judge& judge, const Settings& settings) {
  const auto budget = static_cast<size_t>(settings.budget);
  Table table{.columns = {{"search"},
                          {"what it does"},
                          {"best after " + std::to_string(budget / 4), true},
                          {std::to_string(budget / 2), true},
                          {several(settings.budget, "cell"), true},
                          {"test % of that", true},
                          {"cells to random's best", true}}};
  const double goal = best_after(found.front(), budget).mean;
  for (size_t way = 0; way < found.size(); ++way) {
    std::vector<double> test;
    for (const Found& each : found[way]) test.push_back(judge.accuracy("accuracy", each.best));
    table.rows.push_back({cell_searches()[way].name, cell_searches()[way].about, best_text(found[way], budget / 4),
                          best_text(found[way], budget / 2), best_text(found[way], budget),
                          points_text(spread_of(test)), cells_to_reach(goal, found[way], budget)});
  }
  return table;
}

Table cells_table(const std::vector<Repeats>& found) {
  Table table{.columns = {{"search"}, {"its best cell"}, {"held-out", true}}};
  for (size_t way = 0; way < found.size(); ++way) {
    const auto best = std::max_element(found[way].begin(), found[way].end(),
                                       [](const Found& a, const Found& b) { return a.best_score < b.best_score; });
    table.rows.push_back({cell_searches()[way].name, genotype_of(best->best), percent(best->best_score, 2)});
  }
  return table;
}

/// A line per kind of search over the number of cells, the mean over searches.
LineChart chart_of(const std::string& title, const std::vector<Repeats>& found, size_t budget,
                   const std::function<double(const Found&, size_t cells)>& of) {
  LineChart chart{.title = title, .x_label = "cells"};
  chart.y_text = [](double share) { return fixed(100 * share, 1); };
  for (size_t way = 0; way < found.size(); ++way) {
    Series line{cell_searches()[way].name, {}, {}};
    for (size_t cells = 1; cells <= budget; ++cells) {
      std::vector<double> values;
      for (const Found& each : found[way]) values.push_back(of(each, cells));
      line.x.push_back(static_cast<double>(cells));
      line.y.push_back(spread_of(values).mean);
    }
    chart.series.push_back(line);
  }
  return chart;
}

std::string picture(const std::vector<Repeats>& found, const Settings& settings) {
  constexpr size_t kLast = 12;
  const auto best = [](const Found& each, size_t cells) { return each.best_so_far[cells - 1]; };
  const auto last = [](const Found& each, size_t cells) {
    if (cells < kLast) return std::nan("");
    const auto end = each.scores.begin() + static_cast<std::ptrdiff_t>(cells);
    return spread_of({end - kLast, end}).mean;
  };
  const auto budget = static_cast<size_t>(settings.budget);
  return charts_file(
      "Searches for a cell",
      {"Accuracy on held-out images in %, the mean over searches: the best so far, and the mean of the last " +
       std::to_string(kLast) + "."},
      {chart_of("Best so far", found, budget, best),
       chart_of("Mean of " + std::to_string(kLast), found, budget, last)});
}

int run(const Settings& settings) {
  Proxy proxy(settings.proxy);
  Judge judge(proxy, settings);
  std::vector<Repeats> found(cell_searches().size());
  for (int64_t repeat = 1; repeat <= settings.repeats; ++repeat) {
    for (size_t way = 0; way < found.size(); ++way) {
      found[way].push_back(search(cell_searches()[way], static_cast<uint64_t>(repeat), judge, settings));
    }
  }
  const Table table = table_of(found, judge, settings);
  std::cout << "Each cell after " << proxy.about() << "; " << settings.repeats
            << (settings.repeats == 1 ? " search" : " searches") << " of each kind, "
            << several(judge.cells(), "different cell") << "\n\n"
            << text_table(table) << "\nThe best cells, for train_cifar10 --net \"nasnet:CELL\"\n\n"
            << text_table(cells_table(found));
  if (settings.proxy.picture) write_file_atomically(*settings.proxy.picture, picture(found, settings));
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  return run_program(
      argc, argv,
      {"Searches for a good cell at random, by REINFORCE, progressively and by evolution: which finds the best?",
       "--budget 16 --repeats 1 --picture search.svg", "docs/labs/search.md"},
      [&](CommandLine& line) { add_settings(line, settings); }, [&](const CommandLine&) { return run(settings); });
}
