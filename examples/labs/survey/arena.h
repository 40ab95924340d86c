#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "examples/cli/table.h"
#include "examples/labs/survey/arena_training.h"
#include "examples/labs/survey/spread.h"

namespace onefold {

// What comes of trainings in several forms, over seeds.

/// How a method is trained, apart from the number of epochs.
struct ArenaRecipe {
  std::string rate, decay;
};

/// The trainings to compare: all combinations. A rate or decay is a number for all methods, or "NAME=NUMBER" for one,
/// for which the others then do not count.
struct ArenaPlan {
  std::vector<std::string> methods, depths, epochs, rates, decays, seeds;
  std::string optimizer = "sgd";  // as in ArenaRun
  int64_t width = 16, batch_size = 128;

  std::vector<ArenaRecipe> recipes(const std::string& method) const;
};

/// What differs between the rows of a table.
struct ArenaCell {
  std::string method, depth, epochs;
};

/// What a map shows.
enum class MapOf { loss, accuracy, difference };

/// What comes of the trainings of a plan. Those that are not finished are left out.
class ArenaResults {
 public:
  /// Both must outlive the object.
  ArenaResults(const ArenaPlan& plan, const FinishedRuns& runs) : plan_(plan), runs_(runs) {}

  /// The name of a training: "repvgg 22, 10 epochs, sgd 0.1, decay 0.0005, seed 1".
  std::string name(const ArenaCell& cell, const ArenaRecipe& recipe, const std::string& seed) const;

  ArenaRun run(const ArenaCell& cell, const ArenaRecipe& recipe, const std::string& seed) const;

  /// The recipe with the best accuracy on held-out images, the mean over seeds; the first if nothing is finished.
  ArenaRecipe best_recipe(const ArenaCell& cell) const;

  /// With that recipe: loss on training images in the last epoch, and test accuracy.
  Spread loss(const ArenaCell& cell) const;
  Spread accuracy(const ArenaCell& cell) const;

  /// Accuracy minus that of the plan's first method, seed by seed.
  Spread difference(const ArenaCell& cell) const;

  /// Every recipe of every method: accuracy on held-out images and on test images.
  Table recipes_table() const;

  /// A row per depth, a column per number of epochs.
  Table map_table(const std::string& method, MapOf what) const;

  /// For the first depth and number of epochs, a row per method: accuracy, and costs unless no step is to be timed.
  Table costs_table(const ArenaImages& images, int64_t steps) const;

  /// An SVG file: a chart of differences over depth for each method but the first, with a line per number of epochs.
  std::string map_picture(const std::string& note) const;

 private:
  std::vector<double> values(const ArenaCell& cell, const ArenaRecipe& recipe, const std::string& what) const;

  const ArenaPlan& plan_;
  const FinishedRuns& runs_;
};

}  // namespace onefold
