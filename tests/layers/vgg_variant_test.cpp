#include "layers/labs/vgg_variant.h"

#include "layers/calculus/equivalent_kernel.h"
#include "layers/calculus/explain_network.h"
#include "layers/families/families.h"
#include "layers/inspect/count.h"
#include "layers/labs/whitening.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

RepVggSize unpooled_size() { return {"small", {1, 2, 2, 2, 1}, {8, 8, 16, 16, 32}}; }

Whitening& whitening_of(Vgg& network) { return dynamic_cast<Whitening&>(*network.whitening()); }

}  // namespace

TEST_CASE("vgg_variant: by name", "[layers]") {
  CHECK(vgg_variant_names() == std::vector<std::string>{"nano", "tiny", "mini", "S", "A0", "short"});
  CHECK(vgg_variant("mini").whitening == 0);
  CHECK(vgg_variant("mini+whitening").whitening == 16);
  CHECK(vgg_variant("mini+whitening").size.widths == repvgg_size("mini").widths);
  CHECK(vgg_variant("mini").size.groups == 1);
  CHECK(vgg_variant("mini+g2").size.groups == 2);
  for (const std::string name : {"S+g4+whitening", "S+whitening+g4"}) {
    CHECK(vgg_variant(name).size.groups == 4);
    CHECK(vgg_variant(name).whitening == 16);
    CHECK(vgg_variant(name).size.name == name);
  }
  for (const std::string name : {"+whitening", "mini+whitening+whitening", "mini+g2+g4", "mini+g3", "B9"}) {
    CHECK_THAT(error_of([&] { vgg_variant(name); }),
               ContainsSubstring("unknown size \"" + name + "\"; expected one of nano, tiny, mini, S, A0, short"));
  }
}

TEST_CASE("vgg_variant: pools between stages, whitening in front, the largest of each map behind", "[layers]") {
  Initializer initializer(1);
  const auto made = make_repvgg(vgg_variant("short"), 10, initializer);
  RepVgg& network = *made;
  REQUIRE(network.whitening() != nullptr);
  whitening_of(network).fit(random_images({20, 32, 32, 3}, 2).value());
  const auto inputs = network.block_inputs(random_images({1, 32, 32, 3}));
  std::string shapes;
  for (const Variable& x : inputs) shapes += std::to_string(x.shape()[1]) + "x" + std::to_string(x.shape()[3]) + " ";
  CHECK(shapes == "32x32 16x32 8x128 8x128 4x256 ");
  CHECK(network.blocks().size() == inputs.size());
  for (Module* block : network.blocks()) CHECK(equivalent_convolution(*block).args.stride_h == 1);

  VggVariant pooled_stem{.size = unpooled_size()};
  pooled_stem.halving[0] = Halving::pool;
  CHECK_THAT(error_of([&] { make_repvgg(pooled_stem, 10, initializer); }),
             ContainsSubstring("stage 0 begins with a pool"));
}

TEST_CASE("vgg_variant: the short network folds, in each step and as a whole", "[layers][fold]") {
  Initializer initializer(1);
  const auto made = make_repvgg(vgg_variant("short"), 10, initializer);
  RepVgg& network = *made;
  whitening_of(network).fit(random_images({20, 32, 32, 3}, 2).value());
  randomize(network, 3, false);
  network.eval();
  const auto folded = network.fold_network();
  CHECK(state_differences(state(*make_plain_vgg(vgg_variant("short"), 10)), state(*folded)).empty());
  CHECK(state(*folded).contains("whitening.conv.weight"));

  const Variable x = random_images({2, 32, 32, 3});
  const Tensor logits = network(x).value();
  CHECK(relative_difference(logits, folded->forward(x).value()) <= kFoldTolerance);
  const auto steps = explain_fold(network);
  for (const FoldStep& step : steps) CHECK(relative_difference(logits, step.compute(x.value())) <= kFoldTolerance);
  for (const auto& [step, module] : {std::pair<const FoldStep&, Module&>{steps.front(), network},
                                     std::pair<const FoldStep&, Module&>{steps.back(), *folded}}) {
    const Counts counts = count(module, {1, 32, 32, 3});
    CHECK(step.parameters == counts.parameters);
    CHECK(step.convolutions == counts.convolutions);
    CHECK(step.batch_norms == counts.batch_norms);
    CHECK(step.additions == counts.additions);
  }
}

TEST_CASE("vgg_variant: of blocks of any family, and folded equals trained", "[layers][fold]") {
  for (const std::string& family : family_names()) {
    CAPTURE(family);
    const VggVariant variant{.size = unpooled_size(), .family = family};
    Initializer initializer(1);
    std::unique_ptr<RepVgg> network;
    const std::string error = error_of([&] { network = make_repvgg(variant, 10, initializer); });
    if (!error.empty()) {
      CHECK_THAT(error, ContainsSubstring("RepVgg small: stages.0.0: family \"" + family + "\", block 3 -> 8: "));
      continue;
    }
    CHECK((network->description() == "RepVgg small, 10 classes") == (family == "repvgg"));
    randomize(*network, 4, false);
    network->eval();
    const Variable x = random_images({2, 32, 32, 3});
    const Tensor trained = network->forward(x).value();
    const auto folded = network->fold_network();
    // Eight blocks, one after the other.
    CHECK(relative_difference(trained, folded->forward(x).value()) <= 10 * kFoldTolerance);
    const auto steps = explain_fold(*network);
    for (const FoldStep& step : steps) {
      CAPTURE(step.title);
      CHECK(relative_difference(trained, step.compute(x.value())) <= 10 * kFoldTolerance);
    }
    // Branches go in the last step and not before, also where a title occurs twice in a block.
    CHECK(steps.size() >= explain_fold(network->block(1, 0)).size());
    for (size_t i = 1; i < steps.size(); ++i) {
      CAPTURE(steps[i].title);
      CHECK(steps[i].batch_norms <= steps[i - 1].batch_norms);
      CHECK((steps[i].title == "branches gone") == (i + 1 == steps.size()));
    }
    load_state(*make_plain_vgg(variant, 10), state(*folded));
  }
  Initializer initializer(1);
  CHECK_THAT(error_of([&] { make_repvgg({.size = unpooled_size(), .family = "vgg"}, 10, initializer); }),
             ContainsSubstring("unknown block family \"vgg\"; expected one of none, repvgg"));
}
