#include "examples/labs/survey/proxy.h"

#include <nlohmann/json.hpp>

#include "core/files/atomic_file.h"
#include "examples/cli/format.h"
#include "examples/cli/options.h"
#include "examples/cli/signals.h"

namespace onefold {

using nlohmann::ordered_json;

namespace {

ArenaImages load_images(const ProxySettings& settings) {
  if (settings.picture) check_can_write(*settings.picture);
  if (settings.held_out == 0) return {load_data(settings.data, settings.recipe), {}};
  return load_arena_images(settings.data, settings.recipe.limit_train, settings.held_out);
}

std::vector<std::string> known(bool has_held_out) {
  if (has_held_out) return {"loss", "accuracy", "held_out"};
  return {"loss", "accuracy"};
}

/// What a result depends on, beside the name of its training.
ordered_json conditions(const ShortRecipe& recipe, const ArenaImages& images) {
  const DatasetSplits& splits = images.data.splits;
  return {{"images", splits.train.name}, {"train", splits.train.size()}, {"held_out", images.held_out.size()},
          {"test", splits.test.size()},  {"epochs", recipe.epochs},      {"batch", recipe.batch_size},
          {"rate", recipe.lr},           {"muon", recipe.muon_rate}};
}

}  // namespace

void add_proxy_options(CommandLine& line, ProxySettings& settings, const std::string& picture_of) {
  add_recipe_options(line, settings.recipe);
  line.group("Data");
  if (settings.held_out > 0) {
    line.add_option("--held-out", &settings.held_out, "search with the N training images that follow")
        .rule(whole_number(1))
        .value_name("N");
  }
  add_data_options(line, settings.data);
  line.group("Run");
  add_results_option(line, settings.out);
  add_picture_option(line, settings.picture, picture_of);
  add_threads_option(line);
}

Proxy::Proxy(const ProxySettings& settings)
    : recipe_(settings.recipe), images_(load_images(settings)),
      runs_(settings.out, conditions(recipe_, images_), known(settings.held_out > 0)) {
  catch_stop_signals();
}

double Proxy::value(const std::string& what, const std::string& name, uint64_t seed, const Make& make) {
  const std::string training = name + ", seed " + std::to_string(seed);
  if (!runs_.has(training)) runs_.add(training, train(training, seed, make));
  return runs_.value(training, what);
}

Shape Proxy::image() const {
  const Dataset& train = images_.data.splits.train;
  return {1, train.height, train.width, train.channels};
}

std::string Proxy::about() const {
  return several(recipe_.epochs, "epoch") + " of " + several(images_.data.splits.train.size(), "image") + " of " +
         images_.data.splits.train.name;
}

FinishedRuns::Result Proxy::train(const std::string& name, uint64_t seed, const Make& make) const {
  Initializer initializer(seed);
  const auto network = make(static_cast<int64_t>(images_.data.splits.train.classes.size()), initializer);
  ShortRecipe recipe = recipe_;
  recipe.seed = seed;
  return onefold::train(name, *network, images_, recipe.trainer());
}

}  // namespace onefold
