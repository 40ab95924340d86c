#include "layers/models/repvgg.h"

#include "autograd/ops.h"
#include "layers/calculus/equivalent_kernel.h"
#include "layers/models/plain_vgg.h"
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
  for (Module* block : network.blocks()) identities += state(*block).contains("bn0.weight") ? "i" : "-";
  CHECK(identities == "-ii-i-i-");
}

TEST_CASE("RepVgg: the sizes by name", "[layers]") {
  CHECK(repvgg_names() == std::vector<std::string>{"nano", "tiny", "mini", "S", "A0"});
  CHECK(repvgg_size("A0").depths == std::array<int64_t, 5>{1, 2, 4, 14, 1});
  CHECK(repvgg_size("mini").widths == std::array<int64_t, 5>{32, 32, 64, 128, 512});
  CHECK_THAT(error_of([] { repvgg_size("B9"); }),
             ContainsSubstring("unknown size \"B9\"; expected one of nano, tiny, mini, S, A0"));
  Initializer initializer(1);
  CHECK_THAT(error_of([&] {
               RepVgg({"x", {1, 0, 1, 1, 1}, {4, 4, 4, 4, 4}}, 10, initializer);
             }),
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
  CHECK(state_differences(state(*std::make_unique<PlainVgg>(repvgg_size("tiny"), 10)), folded).empty());
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

    // Loaded into an empty folded form, the state computes the same bits.
    const auto loaded = std::make_unique<PlainVgg>(small_size(groups), 10);
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
  for (Module* block : network.blocks()) groups.push_back(equivalent_convolution(*block).args.groups);
  CHECK(groups == std::vector<int64_t>{1, 1, 4, 1, 4, 1, 4, 1});
}

TEST_CASE("RepVgg: a block that does not exist", "[layers]") {
  Initializer initializer(1);
  RepVgg network(small_size(), 10, initializer);
  for (const auto& [stage, block] : {std::pair<int64_t, int64_t>{5, 0}, {-1, 0}, {1, 2}, {1, -1}}) {
    CHECK_THAT(error_of([&, s = stage, b = block] { network.block(s, b); }), ContainsSubstring("there is no block"));
  }
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
