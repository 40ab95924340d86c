#include "examples/labs/survey/arena.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/random.h"
#include "examples/cli/program.h"
#include "examples/labs/survey/arena_training.h"
#include "tests/catch.h"
#include "tests/layers/support.h"
#include "tests/temporary_folder.h"

using namespace onefold;

namespace {

const nlohmann::ordered_json kConditions = {{"images", 10}};
const std::vector<std::string> kKnown = {"accuracy", "loss"};

/// A plan of one depth and length, and results of its trainings.
ArenaPlan small_plan() {
  return {.methods = {"none", "repvgg"},
          .depths = {"8"},
          .epochs = {"5"},
          .rates = {"0.1", "0.2", "repvgg=0.3"},
          .decays = {"0"},
          .seeds = {"1", "2", "3"},
          .optimizer = "sgd"};
}

void add(FinishedRuns& runs, const std::string& method, const std::string& rate, int seed, double held_out,
         double accuracy) {
  runs.add(method + " 8, 5 epochs, sgd " + rate + ", decay 0, seed " + std::to_string(seed),
           {{"held_out", held_out}, {"accuracy", accuracy}});
}

}  // namespace

TEST_CASE("arena: mean and standard deviation over seeds, by hand", "[examples]") {
  const Spread spread = spread_of({0.70, 0.72, 0.77});
  CHECK(spread.mean == Approx(0.73));
  // sqrt((0.03^2 + 0.01^2 + 0.04^2) / 2)
  CHECK(spread.deviation == Approx(0.0360555128));
  CHECK(spread.count == 3);
  CHECK(spread_of({0.5, 0.5}).deviation == 0);
  CHECK(points_text(spread) == "73.00 ± 3.61");
  CHECK(points_text(spread_of({0.01, 0.02}), "+") == "+1.50 ± 0.71");
  CHECK(points_text(spread_of({-0.01, -0.02}), "+") == "-1.50 ± 0.71");
}

TEST_CASE("arena: one seed has no deviation, no seed no mean, and a divergence is not averaged away", "[examples]") {
  CHECK(std::isnan(spread_of({0.7}).deviation));
  CHECK(points_text(spread_of({0.7})) == "70.00");
  CHECK(points_text(spread_of({})) == "-");
  CHECK(points_text(spread_of({0.7, std::nan(""), 0.8})) == "diverged");
}

TEST_CASE("arena: a method's own rates replace those of all", "[examples]") {
  const ArenaPlan plan = small_plan();
  REQUIRE(plan.recipes("none").size() == 2);
  CHECK(plan.recipes("none")[1].rate == "0.2");
  REQUIRE(plan.recipes("repvgg").size() == 1);
  CHECK(plan.recipes("repvgg")[0].rate == "0.3");
}

TEST_CASE("arena: held-out images choose the recipe, and seeds are compared in pairs", "[examples]") {
  const TemporaryFolder folder;
  FinishedRuns runs(folder / "runs.json", kConditions, {"held_out", "accuracy"});
  const ArenaPlan plan = small_plan();
  const ArenaResults results(plan, runs);
  const ArenaCell none{"none", "8", "5"}, repvgg{"repvgg", "8", "5"};
  CHECK(results.best_recipe(none).rate == "0.1");
  CHECK(results.accuracy(none).count == 0);

  // The better recipe by held-out images is the worse one on test images.
  for (const int seed : {1, 2, 3}) {
    add(runs, "none", "0.1", seed, 0.60, 0.90);
    add(runs, "none", "0.2", seed, 0.61, 0.50 + 0.10 * seed);
  }
  CHECK(results.best_recipe(none).rate == "0.2");
  CHECK(results.accuracy(none).mean == Approx(0.7));

  // Seeds differ by much, the methods by a constant. A seed that only one method has does not count.
  add(runs, "repvgg", "0.3", 1, 0.5, 0.62);
  add(runs, "repvgg", "0.3", 3, 0.5, 0.82);
  CHECK(results.difference(repvgg).count == 2);
  CHECK(results.difference(repvgg).mean == Approx(0.02));
  CHECK(results.difference(repvgg).deviation == Approx(0).margin(1e-12));

  // A recipe that diverged is never the best.
  add(runs, "none", "0.2", 2, std::nan(""), std::nan(""));
  CHECK(results.best_recipe(none).rate == "0.1");
}

TEST_CASE("finished runs: they are there again, NaN too, with what another process has added", "[examples]") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder / "new/runs.json";
  FinishedRuns one(file, kConditions, kKnown), other(file, kConditions, kKnown);
  one.add("b", {{"accuracy", 0.1 + 0.2}, {"loss", std::nan("")}});
  other.add("a", {{"accuracy", 1}, {"loss", 2}});
  const FinishedRuns both(file, kConditions, kKnown);
  CHECK(both.value("b", "accuracy") == 0.1 + 0.2);
  CHECK(std::isnan(both.value("b", "loss")));
  CHECK(both.has("a"));
  CHECK(!both.has("c"));
  CHECK_THROWS_WITH(both.value("c", "loss"), ContainsSubstring("has no training \"c\""));
  CHECK_THROWS_WITH(both.value("a", "time"), ContainsSubstring("\"a\" has no \"time\""));

  // The order of trainings does not show.
  const TemporaryFolder second;
  FinishedRuns again(second / "runs.json", kConditions, kKnown);
  again.add("a", {{"accuracy", 1}, {"loss", 2}});
  again.add("b", {{"accuracy", 0.1 + 0.2}, {"loss", std::nan("")}});
  CHECK(read_bytes(file) == read_bytes(second / "runs.json"));

  CHECK_THROWS_AS(FinishedRuns(file, {{"images", 11}}, kKnown), UsageError);
}

TEST_CASE("arena: every method folds to what it computes, and all but residual to one row", "[examples]") {
  const Tensor images = random_normal({8, 16, 16, 3}, Random(1, 0));
  for (const ArenaMethod& method : arena_methods()) {
    CAPTURE(method.name);
    Initializer initializer(1);
    const auto network = method.make(8, 16, 10, initializer);
    testing::randomize(*network, 1, /*tiny_variances=*/false);
    network->eval();
    const auto folded = network->fold();
    CHECK(count_parameters(*folded) == 75050);
    const NoGrad no_grad;
    const Tensor before = (*network)(Variable(images)).value(), after = (*folded)(Variable(images)).value();
    CHECK(max_abs_difference(before, after) <= 1e-5 * max_abs(before));
  }
}
