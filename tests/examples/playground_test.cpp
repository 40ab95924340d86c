#include "examples/play/playground.h"

#include <algorithm>
#include <cmath>

#include "core/ops/elementwise.h"
#include "examples/play/branch_weights.h"
#include "layers/calculus/explain.h"
#include "layers/families/families.h"
#include "tests/catch.h"
#include "tests/layers/support.h"
#include "tests/temporary_folder.h"

using namespace onefold;
using Json = nlohmann::json;

namespace {

std::unique_ptr<Module> random_block(const std::string& family) {
  const bool depthwise = family == "repmixer" || family == "unireplk";
  Initializer initializer(1);
  auto block = make_block(family, {.in = 8, .out = 8, .groups = depthwise ? 8 : 1}, initializer);
  randomise(*block, 1);
  return block;
}

/// Two playgrounds of equal networks with random values, so that one can be compared with what the other was.
class Tiny {
 public:
  Tiny() {
    Initializer initializer(2);
    const auto network = make_repvgg(vgg_variant("tiny"), 10, initializer);
    randomise(*network, 2);
    const ModelCard card{.net = "tiny",
                         .form = "training",
                         .dataset = "shapes10",
                         .classes = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
                         .normalization = {}};
    save_network(folder_ / "model.safetensors", *network, card);
  }
  std::filesystem::path model() const { return folder_ / "model.safetensors"; }

 private:
  TemporaryFolder folder_;
};

Json ask(Playground& playground, const Json& question) { return Json::parse(playground.answer(question.dump())); }

Json look(Playground& playground) {
  const Json picture = ask(playground, {{"ask", "picture"}, {"index", 3}});
  return ask(playground, {{"ask", "look"}, {"pixels", picture.at("pixels")}});
}

}  // namespace

TEST_CASE("playground: a branch's weight multiplies its kernel, and that alone", "[examples][fold]") {
  for (const std::string& family : family_names()) {
    CAPTURE(family);
    const auto block = random_block(family);
    const std::vector<WeightedBranch> branches = weighted_branches(*block);
    const std::vector<FoldStep> before = explain_fold(*block);
    std::vector<double> weights;
    for (size_t b = 0; b < branches.size(); ++b) weights.push_back(0.5 - static_cast<double>(b));
    weigh_branches(*block, weights);
    const std::vector<FoldStep> after = explain_fold(*block);

    const auto kernels_of = [](const std::vector<FoldStep>& steps) {
      const FoldStep* const sum = step_of_sum(steps);
      return sum != nullptr ? sum->before : step_of_branches(steps).kernels;
    };
    const std::vector<NamedKernel> was = kernels_of(before), is = kernels_of(after);
    REQUIRE(was.size() == branches.size());
    for (size_t b = 0; b < branches.size(); ++b) {
      CAPTURE(branches[b].name);
      CHECK((branches.size() == 1 || was[b].name == branches[b].name));
      const Tensor& kernel = was[b].kernel.weight;
      const Real weight = branches[b].layer.empty() ? 1 : static_cast<Real>(weights[b]);
      CHECK(max_abs_difference(scale(kernel, weight), is[b].kernel.weight) <=
            testing::kFoldTolerance * max_abs(kernel));
    }
  }
  const auto block = random_block("repvgg");
  CHECK_THROWS_WITH(weigh_branches(*block, {1, 2}),
                    ContainsSubstring("2 weights for the 3 branches of RepVggBlock 8 -> 8; give one for each"));
}

TEST_CASE("playground: every block folds step by step, and only what differs is a mistake", "[examples][fold]") {
  const Tiny tiny;
  Playground playground(tiny.model());
  const Json blocks = ask(playground, {{"ask", "blocks"}});
  CHECK(blocks.at("network").size() == 9);
  look(playground);
  std::vector<std::string> names = blocks.at("random");
  names.push_back("stages.1.0");
  names.push_back("stages.2.0");
  for (const std::string& name : names) {
    CAPTURE(name);
    const Json block = ask(playground, {{"ask", "block"}, {"name", name}});
    const double rounding = testing::kFoldTolerance * block.at("demonstration").at("largest_output").get<double>();
    CHECK(block.at("steps").size() == block.at("demonstration").at("steps").size());
    for (const Json& step : block.at("steps")) {
      CHECK(step.at("difference").at("interior").get<double>() <= rounding);
      CHECK(step.at("difference").at("border").get<double>() <= rounding);
      CHECK_FALSE(step.at("kernels").empty());
    }
    CHECK(block.at("mistakes").size() == wrong_folds(1).size());
    for (const Json& mistake : block.at("mistakes")) {
      if (!mistake.contains("difference")) continue;
      CAPTURE(mistake.at("name"));
      const Json& values = mistake.at("difference").at("map").at("values");
      CHECK(std::any_of(values.begin(), values.end(), [](const Json& value) { return value.get<double>() > 1e-6; }));
    }
  }
}

TEST_CASE("playground: both forms agree, with any weights, and again as trained", "[examples][fold]") {
  const Tiny tiny;
  Playground playground(tiny.model());
  const auto farthest = [](const Json& a, const Json& b) {
    double most = 0;
    for (size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i].get<double>() - b[i].get<double>()));
    return most;
  };
  const Json first = look(playground);
  const double size = farthest(first.at("trained"), Json(std::vector<double>(10)));
  CHECK(farthest(first.at("trained"), first.at("folded")) <= testing::kFoldTolerance * size);

  ask(playground, {{"ask", "block"}, {"name", "stages.1.0"}, {"weights", {1, 0, -1}}});
  const Json weighed = look(playground);
  CHECK(farthest(weighed.at("trained"), first.at("trained")) > 1e-3 * size);
  CHECK(farthest(weighed.at("trained"), weighed.at("folded")) <= 10 * testing::kFoldTolerance * size);

  ask(playground, {{"ask", "block"}, {"name", "dbb"}});
  CHECK(look(playground) == first);
}

TEST_CASE("playground: a mistake in the network is in the folded form", "[examples][fold]") {
  const Tiny tiny;
  Playground playground(tiny.model());
  const Json pixels = ask(playground, {{"ask", "picture"}, {"index", 0}}).at("pixels");
  const auto with = [&](const std::string& mistake) {
    return ask(playground, {{"ask", "look"}, {"pixels", pixels}, {"mistake", mistake}});
  };
  CHECK(with("the folded bias dropped").at("wrong_blocks") == 9);
  CHECK(with("the folded bias dropped").at("wrong") != with("").at("folded"));
  CHECK(with("the identity's index under groups").at("wrong_blocks") == 0);
  CHECK_FALSE(with("").contains("wrong"));
}

TEST_CASE("playground: what cannot be answered is an error, in words", "[examples]") {
  const Tiny tiny;
  Playground playground(tiny.model());
  const auto error = [&](const Json& question) { return ask(playground, question).at("error").get<std::string>(); };
  CHECK_THAT(error({{"ask", "tea"}}), ContainsSubstring("nothing answers to \"tea\""));
  CHECK_THAT(error({{"ask", "block"}, {"name", "nowhere"}}), ContainsSubstring("there is no block \"nowhere\""));
  CHECK_THAT(error({{"ask", "look"}, {"pixels", {1, 2, 3}}}), ContainsSubstring("3 bytes, expected 3072"));
  CHECK(Json::parse(playground.answer("{")).contains("error"));
}
