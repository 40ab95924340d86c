#include "examples/labs/survey/arena.h"

#include <cmath>
#include <numeric>

#include "examples/cli/format.h"
#include "examples/labs/survey/short_training.h"

namespace onefold {

namespace {

std::string epochs_text(const std::string& epochs) { return several(std::stoll(epochs), "epoch"); }

}  // namespace

Spread spread_of(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / (count - 1)), std::ssize(values)};
}

std::string points_text(const Spread& spread, const std::string& sign) {
  if (spread.count == 0) return "-";
  if (std::isnan(spread.mean)) return "diverged";
  const std::string mean = (spread.mean >= 0 ? sign : "") + fixed(100 * spread.mean, 2);
  return spread.count < 2 ? mean : mean + " ± " + fixed(100 * spread.deviation, 2);
}

std::vector<ArenaRecipe> ArenaPlan::recipes(const std::string& method) const {
  const std::string prefix = method + "=";
  const auto of_method = [&](const std::vector<std::string>& values) {
    std::vector<std::string> own, common;
    for (const std::string& value : values) {
      if (value.starts_with(prefix)) own.push_back(value.substr(prefix.size()));
      if (value.find('=') == std::string::npos) common.push_back(value);
    }
    return own.empty() ? common : own;
  };
  std::vector<ArenaRecipe> all;
  for (const std::string& rate : of_method(rates)) {
    for (const std::string& decay : of_method(decays)) all.push_back({rate, decay});
  }
  return all;
}

std::string ArenaResults::name(const ArenaCell& cell, const ArenaRecipe& recipe, const std::string& seed) const {
  return cell.method + " " + cell.depth + ", " + epochs_text(cell.epochs) + ", " + plan_.optimizer + " " + recipe.rate +
         ", decay " + recipe.decay + ", seed " + seed;
}

std::vector<double> ArenaResults::values(const ArenaCell& cell, const ArenaRecipe& recipe,
                                         const std::string& what) const {
  std::vector<double> found;
  for (const std::string& seed : plan_.seeds) {
    const std::string training = name(cell, recipe, seed);
    if (runs_.has(training)) found.push_back(runs_.value(training, what));
  }
  return found;
}

ArenaRecipe ArenaResults::best_recipe(const ArenaCell& cell) const {
  const std::vector<ArenaRecipe> recipes = plan_.recipes(cell.method);
  ArenaRecipe best = recipes.front();
  double most = -1;
  for (const ArenaRecipe& recipe : recipes) {
    const double mean = spread_of(values(cell, recipe, "held_out")).mean;
    if (!(mean > most)) continue;  // NaN is never the best
    best = recipe;
    most = mean;
  }
  return best;
}

Spread ArenaResults::accuracy(const ArenaCell& cell) const {
  return spread_of(values(cell, best_recipe(cell), "accuracy"));
}

Spread ArenaResults::difference(const ArenaCell& cell) const {
  ArenaCell first = cell;
  first.method = plan_.methods.front();
  const ArenaRecipe recipe = best_recipe(cell), recipe_of_first = best_recipe(first);
  std::vector<double> differences;
  for (const std::string& seed : plan_.seeds) {
    const std::string one = name(cell, recipe, seed), other = name(first, recipe_of_first, seed);
    if (!runs_.has(one) || !runs_.has(other)) continue;
    differences.push_back(runs_.value(one, "accuracy") - runs_.value(other, "accuracy"));
  }
  return spread_of(differences);
}

Table ArenaResults::recipes_table() const {
  Table table{.columns = {{"method"},
                          {"layers", true},
                          {"epochs", true},
                          {"rate", true},
                          {"decay", true},
                          {"held-out %", true},
                          {"test %", true},
                          {"seeds", true}}};
  for (const std::string& method : plan_.methods) {
    for (const std::string& depth : plan_.depths) {
      for (const std::string& epochs : plan_.epochs) {
        for (const ArenaRecipe& recipe : plan_.recipes(method)) {
          const ArenaCell cell{method, depth, epochs};
          const Spread test = spread_of(values(cell, recipe, "accuracy"));
          table.rows.push_back({method, depth, epochs, recipe.rate, recipe.decay,
                                points_text(spread_of(values(cell, recipe, "held_out"))), points_text(test),
                                std::to_string(test.count)});
        }
      }
    }
  }
  return table;
}

Table ArenaResults::map_table(const std::string& method, bool differences) const {
  Table table{.columns = {{"layers"}}};
  for (const std::string& epochs : plan_.epochs) table.columns.push_back({epochs_text(epochs), true});
  for (const std::string& depth : plan_.depths) {
    table.rows.push_back({depth});
    for (const std::string& epochs : plan_.epochs) {
      const ArenaCell cell{method, depth, epochs};
      const Spread spread = differences ? difference(cell) : accuracy(cell);
      const bool some = spread.count > 0 && spread.count < std::ssize(plan_.seeds);
      table.rows.back().push_back(points_text(spread, differences ? "+" : "") +
                                  (some ? " (" + several(spread.count, "seed") + ")" : ""));
    }
  }
  return table;
}

std::string ArenaResults::map_picture(const std::string& note) const {
  std::vector<LineChart> charts;
  for (size_t m = 1; m < plan_.methods.size(); ++m) {
    LineChart chart{.title = plan_.methods[m], .x_label = "layers", .from_zero = true};
    chart.y_text = [](double points) { return fixed(points, 1); };
    for (const std::string& epochs : plan_.epochs) {
      Series line{epochs_text(epochs), {}, {}};
      for (const std::string& depth : plan_.depths) {
        const Spread spread = difference({plan_.methods[m], depth, epochs});
        line.x.push_back(std::stod(depth));
        line.y.push_back(100 * spread.mean);
        line.deviation.push_back(100 * spread.deviation);
      }
      chart.series.push_back(line);
    }
    charts.push_back(chart);
  }
  return charts_file("Test accuracy minus that of " + plan_.methods.front(), {note}, charts);
}

}  // namespace onefold
