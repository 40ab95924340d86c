#include "layers/calculus/unfold.h"

#include "autograd/ops.h"
#include "layers/labs/vgg_variant.h"
#include "layers/labs/whitening.h"
#include "layers/models/repvgg.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

ConvRelu random_folded(int64_t in, int64_t out, const Conv2dArgs& args) {
  const Tensor weight = random_normal({3, 3, in / args.groups, out}, Random(3, 0));
  return ConvRelu({weight, random_normal({out}, Random(3, 1))}, args);
}

}  // namespace

TEST_CASE("unfold: fold(unfold(x)) is x", "[layers][fold]") {
  for (const int64_t stride : {1, 2}) {
    for (const int64_t groups : {1, 2, 4}) {
      for (const UnfoldShares& shares : {UnfoldShares{}, UnfoldShares{0, 0.5}, UnfoldShares{1, 0}}) {
        CAPTURE(stride, groups, shares.pointwise, shares.identity);
        ConvRelu folded = random_folded(8, 8, conv2d_args(stride, 1, groups));
        const Variable x = random_images({4, 9, 8, 8});
        const auto before = state(folded);
        const auto block = unfold(folded, x.value(), shares);
        CHECK(bit_equal(state(folded), before));
        CHECK(block->has_identity() == (stride == 1));
        CHECK(block->has_pointwise() == (shares.pointwise != 0));

        // In training mode it starts where the folded one stood, but for the batch's own variance.
        const Tensor y = folded(x).value();
        CHECK(block->training());
        CHECK(relative_difference(y, block->forward(x).value()) <= 0.02);

        const auto fresh = unfold(folded, x.value(), shares);  // the statistics as measured
        fresh->eval();
        CHECK(fold_difference(y, fresh->forward(x).value()).ok());
        const auto again = state(*fresh->fold());
        CHECK(relative_difference(before.at("conv.weight"), again.at("conv.weight")) <= kFoldTolerance);
        CHECK(relative_difference(before.at("conv.bias"), again.at("conv.bias")) <= kFoldTolerance);
      }
    }
  }
}

TEST_CASE("unfold: every branch can be trained on", "[layers][fold]") {
  ConvRelu folded = random_folded(4, 4, conv2d_args(1, 1));
  const Variable x = random_images({4, 6, 6, 4});
  const auto block = unfold(folded, x.value());
  sum(multiply((*block)(x), random_images({4, 6, 6, 4}, 2))).backward();
  for (const auto& [name, parameter] : named_parameters(*block)) {
    CAPTURE(name);
    CHECK(max_abs(parameter.grad()) > 0);
  }
}

TEST_CASE("unfold: refuses what is no RepVGG block", "[layers][fold]") {
  const Tensor x = random_images({2, 5, 5, 4}).value();
  CHECK_THAT(error_of([&] { unfold(random_folded(4, 4, conv2d_args(1, 0)), x); }),
             ContainsSubstring("unfold: a convolution 3x3, 4 -> 4; a RepVGG block is a 3x3 with padding 1"));
  CHECK_THAT(error_of([&] { unfold(random_folded(8, 4, conv2d_args(1, 1)), x); }),
             ContainsSubstring("unfold: images [2 5 5 4] must be [N H W 8]"));
  CHECK_THAT(error_of([&] {
               unfold(random_folded(4, 4, conv2d_args(1, 1)), random_images({1, 1, 1, 4}).value());
             }),
             ContainsSubstring("which has no variance"));
}

TEST_CASE("unfold: a whole folded network, and folded again", "[layers][fold]") {
  const VggVariant small{.size = {"small", {1, 2, 1, 1, 1}, {8, 8, 16, 16, 16}, 2}};
  for (const VggVariant& variant : {small, vgg_variant("short")}) {
    Initializer initializer(1);
    const auto made = make_repvgg(variant, 10, initializer);
    RepVgg& network = *made;
    auto* whitening = dynamic_cast<Whitening*>(network.whitening());
    if (whitening != nullptr) whitening->fit(random_images({20, 32, 32, 3}, 2).value());
    randomize(network, 3, false);
    network.eval();
    const auto folded = network.fold_network();
    const Variable x = random_images({4, 32, 32, 3});
    const auto unfolded = make_repvgg(variant, 10, initializer);
    unfold_network(*folded, x.value(), *unfolded);
    CHECK(unfolded->training());
    CHECK(state_differences(state(network), state(*unfolded)).empty());
    unfolded->eval();
    const Tensor logits = folded->forward(x).value();
    CHECK(relative_difference(logits, unfolded->forward(x).value()) <= 10 * kFoldTolerance);
    CHECK(relative_difference(logits, unfolded->fold_network()->forward(x).value()) <= 10 * kFoldTolerance);
    const auto of_plain = make_repvgg({.size = variant.size, .family = "none"}, 10, initializer);
    if (whitening == nullptr) {
      CHECK_THAT(error_of([&] { unfold_network(*folded, x.value(), *of_plain); }),
                 ContainsSubstring("give a network of RepVggBlocks"));
    }
  }
}
