#include "layers/models/repvgg.h"

#include "autograd/ops.h"
#include "layers/count.h"
#include "layers/reparam/equivalent_kernel.h"
#include "layers/reparam/families.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

RepVggSize small_size(int64_t groups = 1) { return {"small", {1, 2, 2, 2, 1}, {8, 8, 16, 16, 32}, groups}; }

}  // namespace

TEST_CASE("RepVgg: five stages, two of them at full size, then halves", "[layers]") {
  Initializer initializer(1);
  RepVgg network(small_size(), 7, initializer);
  CHECK(network(random_images({2, 32, 32, 3})).shape() == Shape{2, 7});
  CHECK(network.description() == "RepVgg small, 7 classes");
  CHECK(network.blocks().size() == 8);
  CHECK(&network.block(2, 1) == network.blocks()[4]);
  CHECK(&network.stage(2)[1] == network.blocks()[4]);

  Variable x = random_images({1, 32, 32, 3});
  std::vector<int64_t> sides;
  for (int64_t s = 0; s < 5; ++s) {
    x = network.stage(s)(x);
    sides.push_back(x.shape()[1]);
  }
  CHECK(sides == std::vector<int64_t>{32, 32, 16, 8, 4});

  // An identity branch wherever a block keeps the shape.
  std::string identities;
  for (LinearBlock* block : network.blocks()) identities += state(*block).contains("bn0.weight") ? "i" : "-";
  CHECK(identities == "-ii-i-i-");
}

TEST_CASE("RepVgg: the sizes by name", "[layers]") {
  CHECK(repvgg_names() == std::vector<std::string>{"tiny", "mini", "S", "A0", "short"});
  CHECK(repvgg_size("A0").depths == std::array<int64_t, 5>{1, 2, 4, 14, 1});
  CHECK(repvgg_size("mini").whitening == 0);
  CHECK(repvgg_size("mini+whitening").whitening == 16);
  CHECK(repvgg_size("mini+whitening").widths == repvgg_size("mini").widths);
  CHECK(repvgg_size("mini").groups == 1);
  CHECK(repvgg_size("mini+g2").groups == 2);
  for (const std::string name : {"S+g4+whitening", "S+whitening+g4"}) {
    CHECK(repvgg_size(name).groups == 4);
    CHECK(repvgg_size(name).whitening == 16);
    CHECK(repvgg_size(name).name == name);
  }
  for (const std::string name : {"+whitening", "mini+whitening+whitening", "mini+g2+g4", "mini+g3"}) {
    CHECK_THAT(error_of([&] { repvgg_size(name); }), ContainsSubstring("no size \"" + name + "\""));
  }
  CHECK(repvgg_size("mini").widths == std::array<int64_t, 5>{32, 32, 64, 128, 512});
  CHECK_THAT(error_of([] { repvgg_size("B9"); }),
             ContainsSubstring("no size \"B9\"; the sizes are tiny, mini, S, A0, short"));
  Initializer initializer(1);
  CHECK_THAT(error_of([&] { RepVgg({"x", {1, 0, 1, 1, 1}, {4, 4, 4, 4, 4}}, 10, initializer); }),
             ContainsSubstring("stage 1 has 0 blocks"));
}

TEST_CASE("RepVgg: the same seed gives the same bits, another seed others", "[layers]") {
  Initializer one(1), same(1), other(2);
  RepVgg a(small_size(), 10, one), b(small_size(), 10, same), c(small_size(), 10, other);
  CHECK(bit_equal(state(a), state(b)));
  CHECK_FALSE(bit_equal(state(a), state(c)));
}

TEST_CASE("RepVgg: its state has the names that other tools rely on", "[layers]") {
  Initializer initializer(1);
  RepVgg network(repvgg_size("tiny"), 10, initializer);
  const auto trained = state(network);
  for (const char* name : {"stages.0.0.conv3.weight", "stages.0.0.bn3.running_var", "stages.1.0.bn0.weight",
                           "stages.3.3.conv1.weight", "stages.4.0.bn1.bias", "head.weight", "head.bias"}) {
    CHECK(trained.contains(name));
  }
  CHECK_FALSE(trained.contains("stages.0.0.bn0.weight"));
  CHECK(trained.size() == 9 * (2 + 2 * 4) + 5 * 4 + 2);
  CHECK(trained.at("stages.2.0.conv3.weight").shape() == Shape{3, 3, 16, 32});

  // The empty folded form and the fold of a network hold the same names and shapes.
  network.eval();
  const auto folded = state(*network.fold());
  CHECK(folded.size() == 9 * 2 + 2);
  CHECK(folded.contains("stages.3.2.conv.bias"));
  CHECK(state_differences(state(*RepVgg::folded_form(repvgg_size("tiny"), 10)), folded).empty());
}

TEST_CASE("RepVgg: the folded network equals the trained one", "[layers][fold]") {
  for (const int64_t groups : {1, 2, 4, 8}) {
    CAPTURE(groups);
    Initializer initializer(1);
    RepVgg network(small_size(groups), 10, initializer);
    randomize(network, 3, false);
    network.eval();
    const auto before = state(network);
    const auto folded = network.fold_network();
    CHECK(bit_equal(state(network), before));
    for (const int64_t side : {32, 17}) {
      const Variable x = random_images({2, side, side, 3});
      CHECK(relative_difference(network(x).value(), folded->forward(x).value()) <= kFoldTolerance);
    }
    CHECK_THAT(error_of([&] { folded->blocks(); }), ContainsSubstring("stages.0.0 is folded and has no branches"));

    // Loaded into an empty folded form, the state computes the same bits.
    const auto loaded = RepVgg::folded_form(small_size(groups), 10);
    load_state(*loaded, state(*folded));
    const Variable x = random_images({1, 32, 32, 3});
    CHECK(max_abs_difference(loaded->forward(x).value(), folded->forward(x).value()) == 0);
  }
}

TEST_CASE("RepVgg: inference of many images, slice by slice, equals that of a few", "[layers]") {
  Initializer initializer(1);
  RepVgg network(small_size(), 7, initializer);
  randomize(network, 3);
  network.eval();
  const NoGrad no_grad;
  const Variable images = random_images({67, 32, 32, 3});  // two whole slices and a part
  const Tensor logits = network(images).value();
  REQUIRE(logits.shape() == Shape{67, 7});
  for (const int64_t n : {0, 31, 32, 63, 64, 66}) {
    CAPTURE(n);
    Tensor image({1, 32, 32, 3}), expected({7});
    std::copy_n(images.value().data() + n * image.size(), image.size(), image.data());
    std::copy_n(logits.data() + n * 7, 7, expected.data());
    const Tensor got = network(Variable(image)).value().reshape({7});
    const auto difference = static_cast<double>(max_abs_difference(got, expected));
    CHECK(difference <= kFoldTolerance * static_cast<double>(max_abs(logits)));
  }
}

TEST_CASE("RepVgg: an error of folding says where in the network", "[layers][fold]") {
  Initializer initializer(1);
  RepVgg network(small_size(), 10, initializer);
  network.eval();
  const auto error_with = [&](const std::string& name, Real value) {
    auto state = onefold::state(network);
    state[name][0] = value;
    load_state(network, state);
    const std::string message = error_of([&] { network.fold(); });
    state[name][0] = 1;
    load_state(network, state);
    return message;
  };
  CHECK_THAT(error_with("stages.2.1.bn0.running_var", -1), ContainsSubstring("fold: stages.2.1.bn0: running_var"));
  CHECK_THAT(error_with("stages.4.0.conv1.weight", NAN), ContainsSubstring("fold: stages.4.0.conv1: weight"));
  CHECK_THAT(error_with("head.weight", NAN), ContainsSubstring("fold: head: weight"));
  CHECK_THAT(error_with("head.bias", INFINITY), ContainsSubstring("fold: head: bias"));
  CHECK(error_with("head.bias", 1).empty());
}

TEST_CASE("RepVgg: groups stand in every second block from the third on", "[layers]") {
  Initializer initializer(1);
  RepVgg network(small_size(4), 10, initializer);
  std::vector<int64_t> groups;
  for (LinearBlock* block : network.blocks()) groups.push_back(equivalent_convolution(*block).args.groups);
  CHECK(groups == std::vector<int64_t>{1, 1, 4, 1, 4, 1, 4, 1});
}

TEST_CASE("RepVgg: a training step reaches every parameter", "[layers]") {
  Initializer initializer(1);
  RepVgg network(small_size(), 10, initializer);
  softmax_cross_entropy(network(random_images({4, 16, 16, 3})), {0, 3, 5, 9}).backward();
  for (const auto& [name, parameter] : named_parameters(network)) {
    CAPTURE(name);
    REQUIRE(parameter.grad().defined());
    CHECK(max_abs(parameter.grad()) > 0);
  }
}

TEST_CASE("RepVgg: pools between stages, whitening in front, the largest of each map behind", "[layers]") {
  Initializer initializer(1);
  RepVgg network(repvgg_size("short"), 10, initializer);
  REQUIRE(network.whitening() != nullptr);
  network.whitening()->fit(random_images({20, 32, 32, 3}, 2).value());
  const auto inputs = network.block_inputs(random_images({1, 32, 32, 3}));
  std::string shapes;
  for (const Variable& x : inputs) shapes += std::to_string(x.shape()[1]) + "x" + std::to_string(x.shape()[3]) + " ";
  CHECK(shapes == "32x32 16x32 8x128 8x128 4x256 ");
  CHECK(network.blocks().size() == inputs.size());
  for (LinearBlock* block : network.blocks()) CHECK(equivalent_convolution(*block).args.stride_h == 1);

  RepVggSize pooled_stem = small_size();
  pooled_stem.halving[0] = Halving::pool;
  CHECK_THAT(error_of([&] { RepVgg(pooled_stem, 10, initializer); }), ContainsSubstring("stage 0 begins with a pool"));
}

TEST_CASE("RepVgg: the short network folds, in each step and as a whole", "[layers][fold]") {
  Initializer initializer(1);
  RepVgg network(repvgg_size("short"), 10, initializer);
  network.whitening()->fit(random_images({20, 32, 32, 3}, 2).value());
  randomize(network, 3, false);
  network.eval();
  const auto folded = network.fold_network();
  CHECK(folded->whitening() == nullptr);
  CHECK(state_differences(state(*RepVgg::folded_form(repvgg_size("short"), 10)), state(*folded)).empty());
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

TEST_CASE("RepVgg: of blocks of any family, and folded equals trained", "[layers][fold]") {
  for (const std::string& family : family_names()) {
    CAPTURE(family);
    RepVggSize size = small_size();
    size.family = family;
    Initializer initializer(1);
    std::unique_ptr<RepVgg> network;
    const std::string error = error_of([&] { network = std::make_unique<RepVgg>(size, 10, initializer); });
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
    load_state(*RepVgg::folded_form(size, 10), state(*folded));
  }
  RepVggSize size = small_size();
  size.family = "vgg";
  Initializer initializer(1);
  CHECK_THAT(error_of([&] { RepVgg(size, 10, initializer); }),
             ContainsSubstring("there is no family \"vgg\" of blocks; the families are none, repvgg"));
}
