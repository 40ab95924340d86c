#include <algorithm>
#include <cmath>

#include "core/annex/window_pooling.h"
#include "core/ops/elementwise.h"
#include "examples/labs/wrong_fold_museum.h"
#include "examples/pictures/svg.h"
#include "layers/families/diverse_branch_block.h"
#include "layers/fold/conv_relu.h"
#include "layers/pooling.h"
#include "tests/catch.h"
#include "tests/examples/markup.h"
#include "tests/layers/support.h"

// Every mistake is seen to be one, by the size that it has, and right beside it the right fold to be right: a test of
// equality that could not tell the two would prove nothing.

using namespace onefold;

namespace {

constexpr uint64_t kSeeds[] = {1, 2, 3};

WrongFold find(uint64_t seed, const std::string& name) {
  const std::vector<WrongFold> all = wrong_folds(seed);
  const auto found = std::find_if(all.begin(), all.end(), [&](const WrongFold& each) { return each.name == name; });
  REQUIRE(found != all.end());
  return *found;
}

/// The right fold is right; the wrong one is off by about `size`, up to a factor of ten, and where `inside` says so
/// everywhere, else on the border alone.
void check_mistake(const std::string& name, double size, bool inside = true) {
  for (const uint64_t seed : kSeeds) {
    CAPTURE(name, seed);
    const WrongFold mistake = find(seed, name);
    const double rounding = testing::kFoldTolerance * max_abs(mistake.trained);
    CHECK(mistake.error_when_right().interior <= rounding);
    CHECK(mistake.error_when_right().border <= rounding);
    const MapDifference error = mistake.error();
    CHECK(error.border > size / 10);
    CHECK(error.border < size * 10);
    if (inside) {
      CHECK(error.interior > size / 10);
      CHECK(error.interior < size * 10);
    } else {
      CHECK(error.interior <= rounding);
    }
  }
}

}  // namespace

TEST_CASE("wrong folds: the convolution's bias dropped", "[examples][fold]") {
  check_mistake("the convolution's bias dropped", 2.1);
}

TEST_CASE("wrong folds: the folded bias dropped", "[examples][fold]") { check_mistake("the folded bias dropped", 3); }

TEST_CASE("wrong folds: another eps", "[examples][fold]") { check_mistake("another eps (1e-3 for 1e-5)", 400); }

TEST_CASE("wrong folds: training mode", "[examples][fold]") { check_mistake("training mode", 8.6); }

TEST_CASE("wrong folds: zeros around the middle map, on the border alone", "[examples][fold]") {
  check_mistake("zeros around the middle map", 1.22, false);
}

TEST_CASE("wrong folds: the 1x1 shifted at stride 2", "[examples][fold]") {
  check_mistake("the 1x1 shifted at stride 2", 5);
}

TEST_CASE("wrong folds: the identity's index under groups", "[examples][fold]") {
  check_mistake("the identity's index under groups", 5);
}

TEST_CASE("wrong folds: average of the pixels inside, on the border alone", "[examples][fold]") {
  check_mistake("average of the pixels inside", 0.56, false);
}

TEST_CASE("wrong folds: a branch dropped", "[examples][fold]") {
  check_mistake("the 1x1 branch dropped", 5);
  check_mistake("the identity dropped", 5);
}

TEST_CASE("wrong folds: running statistics not loaded", "[examples][fold]") {
  check_mistake("running statistics not loaded", 3);
}

TEST_CASE("wrong folds: every exhibit has a test", "[examples][fold]") { CHECK(wrong_folds(1).size() == 11); }

TEST_CASE("wrong folds: the right fold by hand is the block's own", "[examples][fold]") {
  for (const int64_t groups : {1, 4}) {
    Initializer initializer(1);
    RepVggBlock block(8, 8, 1, initializer, groups);
    testing::randomize(block, 2);
    block.eval();
    const auto folded = block.fold();
    const std::map<std::string, Tensor> numbers = state(*folded);
    const Kernel by_hand = fold_right(block).rounded();
    CHECK(testing::relative_difference(numbers.at("conv.weight"), by_hand.weight) <= testing::kFoldTolerance);
    CHECK(testing::relative_difference(numbers.at("conv.bias"), by_hand.bias) <= testing::kFoldTolerance);
  }
}

TEST_CASE("wrong folds: some mistakes are none where there is nothing to mistake", "[examples][fold]") {
  Initializer initializer(1);
  RepVggBlock block(8, 8, 1, initializer);
  testing::randomize(block, 2);
  block.eval();
  const Tensor x = testing::random_images({2, 6, 6, 8}).value();
  const std::vector<double> right = fold_right(block).weight;
  CHECK(fold_with_global_identity(block, x).weight == right);
  CHECK(fold_with_shifted_pointwise(block, x).weight == right);
  CHECK(fold_without_branch("5x5")(block, x).weight == right);
}

TEST_CASE("wrong folds: fresh statistics hide that they were not loaded", "[examples][fold]") {
  Initializer initializer(1);
  RepVggBlock fresh(8, 8, 1, initializer);
  fresh.eval();
  const Tensor x = testing::random_images({2, 6, 6, 8}).value();
  CHECK(fold_with_fresh_statistics(fresh, x).weight == fold_right(fresh).weight);
  CHECK(fold_without_bias(fresh, x).bias == fold_right(fresh).bias);
}

TEST_CASE("wrong folds: the shifted 1x1 is the one with padding 1 at stride 2", "[examples][fold]") {
  const Tensor x = testing::random_images({1, 8, 8, 2}).value(), w = testing::random_images({1, 1, 2, 3}).value();
  const Tensor shifted = conv2d(x, w, conv2d_args(2, 1));
  const Tensor padded =
      conv2d(x, pad_kernel_from_corner(DoubleKernel({w, {}}), 3, 3).rounded().weight, conv2d_args(2, 1));
  REQUIRE(shifted.shape() == Shape{1, 5, 5, 3});  // one row and column more than the 3x3 has
  REQUIRE(padded.shape() == Shape{1, 4, 4, 3});
  for (int64_t p = 0; p < 4; ++p) {
    for (int64_t i = 0; i < 4 * 3; ++i) CHECK(padded[p * 12 + i] == Approx(shifted[p * 15 + i]).margin(1e-5));
  }
}

TEST_CASE("wrong folds: an average of pixels inside keeps a constant map", "[examples][fold]") {
  const Pool2dArgs window{.kernel = 3, .stride = 1, .padding = 1};
  const Tensor ones = Tensor::full({1, 5, 5, 2}, 1);
  CHECK(max_abs_difference(average_of_pixels_inside(ones, window), ones) < 1e-6);
  CHECK(avg_pool2d_forward(ones, window)[0] == Approx(4.0 / 9));
}

TEST_CASE("wrong folds: a network with the right fold in each block is right, with a wrong one is not",
          "[examples][fold]") {
  Initializer initializer(1);
  RepVgg network({"small", {1, 1, 2, 1, 1}, {4, 4, 8, 8, 8}}, 10, initializer);
  testing::randomize(network, 2, false);
  network.eval();
  const Tensor images = testing::random_images({3, 32, 32, 3}).value();
  const NoGrad no_grad;
  const Tensor logits = network(Variable(images)).value();
  const auto difference = [&](const WrongNetwork& made) {
    return testing::relative_difference(logits, made.folded->forward(Variable(images)).value());
  };
  WrongFold none = find(1, "training mode");
  none.in_network = [](Module& block, const Tensor&) {
    const auto& repvgg = dynamic_cast<const RepVggBlock&>(block);
    return std::make_unique<ConvRelu>(fold_right(repvgg).rounded(), repvgg.args());
  };
  const WrongNetwork right = fold_wrongly(network, none, images);
  CHECK(right.damage.wrong_blocks == 6);
  CHECK(difference(right) < 1e-4);

  // Blocks with an identity: stages.1.0, stages.2.1; of stride 2: the first ones of stages 2 to 4.
  const std::map<std::string, int64_t> wrong_blocks = {{"the identity dropped", 2},
                                                       {"the 1x1 shifted at stride 2", 3},
                                                       {"the identity's index under groups", 0},
                                                       {"the 1x1 branch dropped", 6},
                                                       {"running statistics not loaded", 6}};
  for (const auto& [name, blocks] : wrong_blocks) {
    CAPTURE(name);
    const WrongFold mistake = find(1, name);
    const WrongNetwork wrong = fold_wrongly(network, mistake, images);
    CHECK(wrong.damage.wrong_blocks == blocks);
    CHECK((wrong.damage.error.interior > testing::kMistake * wrong.damage.largest) == (blocks > 0));
    CHECK((difference(wrong) > testing::kMistake) == (blocks > 0));
  }
}

TEST_CASE("wrong folds: a block with biases of its own computes the same, but not without them", "[examples][fold]") {
  Initializer initializer(1);
  RepVggBlock block(8, 8, 1, initializer);
  testing::randomize(block, 2);
  block.eval();
  const DoubleKernel right = fold_right(block), wrong = fold_without_own_biases(block, Tensor());
  CHECK(wrong.weight == right.weight);
  std::vector<double> lost(8, 0.0);  // t b of both branches
  for (const PlainBranch& branch : plain_branches(block)) {
    if (!branch.kernel) continue;
    const PlainBranch biased = with_own_bias(branch);
    const DoubleKernel once = fold_plain_branch(branch, 1), again = fold_plain_branch(biased, 1);
    CHECK(again.weight == once.weight);
    for (int64_t k = 0; k < 8; ++k) {
      const auto i = static_cast<size_t>(k);
      const double variance = branch.norm.statistics.variance[k], gamma = branch.norm.gamma[k];
      CHECK(again.bias[i] == Approx(once.bias[i]).margin(1e-5));
      CHECK(std::abs(biased.kernel->bias[i]) > 0);
      lost[i] += gamma / std::sqrt(variance + branch.norm.eps) * biased.kernel->bias[i];
    }
  }
  for (size_t k = 0; k < 8; ++k) CHECK(right.bias[k] - wrong.bias[k] == Approx(lost[k]).margin(1e-5));
}

TEST_CASE("wrong folds: in diverse branch blocks the border alone is wrong", "[examples][fold]") {
  const NoGrad no_grad;
  for (const int64_t stride : {1, 2}) {
    CAPTURE(stride);
    Initializer initializer(1);
    DiverseBranchBlock block({.in = 8, .out = 8, .stride = stride, .groups = 2}, initializer);
    testing::randomize(block, 2);
    block.eval();
    const Variable x = testing::random_images({2, 12, 12, 8});
    const Tensor trained = block(x).value();
    for (const char* name : {"zeros around the middle map", "average of the pixels inside"}) {
      CAPTURE(name);
      const std::unique_ptr<Module> wrong = find(1, name).in_network(block, x.value());
      REQUIRE(wrong != nullptr);
      const MapDifference error = map_difference(trained, (*wrong)(x).value());
      CHECK(error.interior <= testing::kFoldTolerance * max_abs(trained));
      CHECK(error.border > testing::kMistake * max_abs(trained));
    }
    CHECK(find(1, "the identity dropped").in_network(block, x.value()) == nullptr);
  }
}

TEST_CASE("wrong folds: the picture has a map of colours for each, with its name", "[examples][fold]") {
  const std::vector<WrongFold> mistakes = wrong_folds(1);
  const std::string markup = museum_picture(mistakes);
  CHECK(unbalanced_tag(markup) == "");
  CHECK(count_of(markup, "stroke=\"#8a8f98\"") == mistakes.size());
  for (const WrongFold& mistake : mistakes) {
    CHECK(markup.find(text(mistake.name).markup) != std::string::npos);
  }
  // 10 maps of 12x12 and one of 6x6: every pixel is one cell.
  CHECK(count_of(markup, "h-13z") == 10 * 12 * 12);
  CHECK(count_of(markup, "h-26z") == 6 * 6);
  CHECK(markup.find("nan") == std::string::npos);
}
