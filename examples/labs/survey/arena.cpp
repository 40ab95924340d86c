#include "examples/labs/survey/arena.h"

#include <cmath>

#include "examples/cli/format.h"
#include "examples/labs/survey/short_training.h"

namespace onefold {

namespace {

std::string epochs_text(const std::string& epochs) { return several(std::stoll(epochs), "epoch"); }

}  // namespace

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

ArenaRun ArenaResults::run(const ArenaCell& cell, const ArenaRecipe& recipe, const std::string& seed) const {
  return {.method = cell.method,
          .depth = std::stoll(cell.depth),
          .width = plan_.width,
          .epochs = std::stoll(cell.epochs),
          .batch_size = plan_.batch_size,
          .optimizer = plan_.optimizer,
          .rate = std::stod(recipe.rate),
          .decay = std::stod(recipe.decay),
          .seed = std::stoull(seed)};
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

Spread ArenaResults::loss(const ArenaCell& cell) const { return spread_of(values(cell, best_recipe(cell), "loss")); }

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

Table ArenaResults::map_table(const std::string& method, MapOf what) const {
  const auto text = [&](const ArenaCell& cell) -> std::string {
    const Spread spread = what == MapOf::loss       ? loss(cell)
                          : what == MapOf::accuracy ? accuracy(cell)
                                                    : difference(cell);
    if (what == MapOf::loss)
      return spread.count == 0 || std::isnan(spread.mean) ? points_text(spread) : fixed(spread.mean, 3);
    const bool some = spread.count > 0 && spread.count < std::ssize(plan_.seeds);
    return points_text(spread, what == MapOf::difference ? "+" : "") +
           (some ? " (" + several(spread.count, "seed") + ")" : "");
  };
  Table table{.columns = {{"layers"}}};
  for (const std::string& epochs : plan_.epochs) table.columns.push_back({epochs_text(epochs), true});
  for (const std::string& depth : plan_.depths) {
    table.rows.push_back({depth});
    for (const std::string& epochs : plan_.epochs) table.rows.back().push_back(text({method, depth, epochs}));
  }
  return table;
}

Table ArenaResults::costs_table(const ArenaImages& images, int64_t steps) const {
  Table table{.columns = {{"method"},
                          {"what it is"},
                          {"test %", true},
                          {"minus " + plan_.methods.front(), true},
                          {"seeds", true},
                          {"parameters, training", true},
                          {"folded", true},
                          {"multiply-adds, folded", true}}};
  if (steps > 0) {
    table.columns.push_back({"time per step", true});
    table.columns.push_back({"MiB per step", true});
    table.columns.push_back({"folded, an image", true});
  }
  for (const std::string& method : plan_.methods) {
    const ArenaCell cell{method, plan_.depths.front(), plan_.epochs.front()};
    const Spread tested = accuracy(cell);
    table.rows.push_back({method, arena_method(method).about, points_text(tested),
                          method == plan_.methods.front() ? "" : points_text(difference(cell), "+"),
                          std::to_string(tested.count)});
    const ArenaCosts found = costs(run(cell, best_recipe(cell), plan_.seeds.front()), steps, images);
    std::vector<std::string>& row = table.rows.back();
    row.push_back(grouped(found.parameters));
    row.push_back(grouped(found.folded.parameters));
    row.push_back(short_count(static_cast<double>(found.folded.multiply_adds)));
    if (steps == 0) continue;
    row.push_back(duration(found.step_seconds));
    row.push_back(fixed(static_cast<double>(found.step_bytes) / (1 << 20), 1));
    row.push_back(duration(found.folded_seconds));
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
