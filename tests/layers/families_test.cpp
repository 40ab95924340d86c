#include "layers/families/families.h"

#include "autograd/annex/annex_ops.h"
#include "autograd/ops.h"
#include "layers/calculus/explain.h"
#include "layers/calculus/linear_piece.h"
#include "layers/families/dilated_block.h"
#include "layers/families/mobile_one_block.h"
#include "layers/families/rep_mixer_block.h"
#include "layers/fold/repvgg_block.h"
#include "tests/catch.h"
#include "tests/layers/block_gradients.h"
#include "tests/layers/support.h"

// Laws that hold for every family of blocks, those to come as well.

using namespace onefold;
using namespace onefold::testing;

namespace {

std::vector<BlockOptions> all_options() {
  return {{.in = 4, .out = 4},
          {.in = 4, .out = 6, .stride = 2},
          {.in = 4, .out = 8, .groups = 2},
          {.in = 4, .out = 4, .stride = 2, .groups = 2},
          {.in = 4, .out = 4, .groups = 4},
          {.in = 4, .out = 4, .stride = 2, .groups = 4},
          {.in = 4, .out = 8, .groups = 4, .activation = Activation::none}};
}

/// A block, or none where the family has no room for it.
std::unique_ptr<Module> block_of(const std::string& family, const BlockOptions& options) {
  Initializer initializer(5);
  try {
    return make_block(family, options, initializer);
  } catch (const Error& error) {
    const std::string message = error.what();
    CHECK_THAT(message, ContainsSubstring("family \"" + family + "\", block " + options.text()));
    return nullptr;
  }
}

/// Does `action(block, options)` for all blocks of all families.
template <class Action>
void for_each_block(const Action& action) {
  for (const std::string& family : family_names()) {
    int blocks = 0;
    for (const BlockOptions& options : all_options()) {
      CAPTURE(family, options.text());
      const auto block = block_of(family, options);
      if (block == nullptr) continue;
      ++blocks;
      action(*block, options);
    }
    CAPTURE(family);
    CHECK(blocks > 0);
  }
}

}  // namespace

TEST_CASE("families: folded equals trained, in every step, inside and on the border", "[layers][fold]") {
  for_each_block([](Module& block, const BlockOptions& options) {
    randomize(block, 3, false);
    block.eval();
    const auto before = state(block);
    const Variable x = random_images({2, 7, 8, options.in});
    const Tensor trained = block.forward(x).value();
    CHECK(trained.shape() == Shape{2, options.stride == 1 ? 7 : 4, options.stride == 1 ? 8 : 4, options.out});
    const std::vector<FoldStep> steps = explain_fold(block);
    for (const FoldStep& step : steps) {
      const FoldDifference difference = fold_difference(trained, step.compute(x.value()));
      CAPTURE(step.title, difference.interior, difference.border, difference.largest);
      CHECK(difference.ok());
    }
    CHECK(steps.back().convolutions == 1);
    CHECK(steps.back().batch_norms == 0);
    CHECK(fold_difference(trained, block.fold()->forward(x).value()).ok());
    CHECK(bit_equal(state(block), before));
  });
}

TEST_CASE("families: the gradients of a training step are those of differences", "[layers]") {
  if (sizeof(Real) != 8) return;  // float resolves too little after batch norms
  for_each_block([](Module& block, const BlockOptions& options) {
    const GradientCheck check = check_block_gradients(block, random_images({2, 4, 5, options.in}).value());
    CAPTURE(check.where, check.largest_error);
    CHECK(check.ok);
  });
}

TEST_CASE("families: a training step reaches every parameter and moves every statistic", "[layers]") {
  for_each_block([](Module& block, const BlockOptions& options) {
    const auto before = state(block);
    const Variable x = random_images({2, 7, 8, options.in});
    const Variable y = block.forward(x);
    mean(multiply(y, y)).backward();
    for (const auto& [name, parameter] : named_parameters(block)) {
      CAPTURE(name);
      CHECK(parameter.grad().defined());
    }
    for (const auto& [name, tensor] : state(block)) {
      CAPTURE(name);
      if (ends_with(name, "running_mean")) CHECK(max_abs_difference(tensor, before.at(name)) > 0);
    }
  });
}

TEST_CASE("families: a wrong name lists the names, a wrong block is named", "[layers]") {
  Initializer initializer(1);
  CHECK_THAT(error_of([&] { make_block("acnet", {.in = 4, .out = 4}, initializer); }),
             ContainsSubstring("unknown block family \"acnet\"; expected one of none, repvgg, acb, dbb,"));
  CHECK_THAT(error_of([&] { make_block("dbb", {.in = 4, .out = 6, .groups = 4}, initializer); }),
             ContainsSubstring("family \"dbb\", block 4 -> 6, groups 4: Conv2d: 4 groups must divide both"));
}

TEST_CASE("families: the blocks have the branches of their papers", "[layers]") {
  Initializer initializer(1);
  const auto branches = [&](const std::string& family, const BlockOptions& options) {
    const auto block = make_block(family, options, initializer);
    block->eval();
    std::string names;
    const LinearForm sum = form_before_activation(*block);
    for (const LinearForm& branch : sum.parts) names += (names.empty() ? "" : " ") + branch.name;
    return names;
  };
  const BlockOptions same{.in = 8, .out = 8}, wider{.in = 8, .out = 16, .stride = 2};
  const BlockOptions depthwise{.in = 8, .out = 8, .groups = 8};
  CHECK(branches("none", same) == "3x3");
  CHECK(branches("repvgg", same) == "3x3 1x1 identity");
  CHECK(branches("repvgg", wider) == "3x3 1x1");
  CHECK(branches("acb", same) == "3x3 1x3 3x1");
  CHECK(branches("dbb", wider) == "3x3 1x1 1x1-3x3 1x1-average");
  CHECK(branches("dbb", depthwise) == "3x3 1x1-3x3 average");
  CHECK(branches("mobileone", same) == "3x3, copy 1 3x3, copy 2 1x1 identity");
  CHECK(branches("qarepvgg", same) == "all");
  CHECK(branches("repmixer", depthwise) == "identity scaled");
  CHECK(branches("unireplk", depthwise) == "7x7 5x5 dilation 1 3x3 dilation 2 3x3 dilation 3");

  const auto ac = make_block("acb", same, initializer);
  CHECK(state(*ac).at("bn1x3.weight").to_vector() == std::vector<Real>(8, Real(1) / 3));
}

TEST_CASE("families: repmixer and unireplk say what they have no room for", "[layers]") {
  Initializer initializer(1);
  for (const std::string family : {"repmixer", "unireplk"}) {
    const std::string needs = "it needs in = out = groups, above 1, and stride 1";
    CHECK_THAT(error_of([&] { make_block(family, {.in = 4, .out = 4}, initializer); }),
               ContainsSubstring("family \"" + family + "\", block 4 -> 4: ") && ContainsSubstring(needs));
    CHECK_THAT(error_of([&] { make_block(family, {.in = 4, .out = 4, .stride = 2, .groups = 4}, initializer); }),
               ContainsSubstring(needs));
    CHECK_THAT(error_of([&] { make_block(family, {.in = 4, .out = 8, .groups = 4}, initializer); }),
               ContainsSubstring(needs));
  }
}

TEST_CASE("MobileOneBlock: pointwise, and any number of copies", "[layers][fold]") {
  Initializer initializer(1);
  for (const int64_t kernel : {1, 3}) {
    for (const int64_t copies : {1, 4}) {
      MobileOneBlock block({.in = 6, .out = 6, .groups = 2}, kernel, copies, initializer);
      CAPTURE(block.description());
      randomize(block, 3, false);
      block.eval();
      const Variable x = random_images({2, 5, 6, 6});
      const auto folded = block.fold();
      CHECK(fold_difference(block.forward(x).value(), folded->forward(x).value()).ok());
      CHECK(block.sum_of_branches().parts.size() == static_cast<size_t>(copies + (kernel == 1 ? 1 : 2)));
      CHECK(state(*folded).at("conv.weight").shape() == Shape{kernel, kernel, 3, 6});
    }
  }
  CHECK_THAT(error_of([&] { MobileOneBlock({.in = 4, .out = 4}, 5, 1, initializer); }), ContainsSubstring("kernel 5"));
  CHECK_THAT(error_of([&] { MobileOneBlock({.in = 4, .out = 4}, 3, 0, initializer); }), ContainsSubstring("0 copies"));
}

TEST_CASE("RepMixerBlock: begins as the identity, and is x + s (mixer(x) - norm(x))", "[layers]") {
  Initializer initializer(1);
  RepMixerBlock block({.in = 4, .out = 4, .groups = 4, .activation = Activation::none}, initializer);
  const Variable x = random_images({2, 5, 6, 4});
  CHECK(relative_difference(block.forward(x).value(), x.value()) < 1e-4);

  // The same from its parts.
  randomize(block, 3, false);
  block.eval();
  RepVggBlock mixer({.in = 4, .out = 4, .groups = 4, .activation = Activation::none}, initializer);
  BatchNorm2d norm(4);
  std::map<std::string, Tensor> of_mixer, of_norm;
  for (const auto& [name, tensor] : state(block)) {
    const std::string mixer_begin = "difference.mixer.", norm_begin = "difference.norm.";
    if (name.starts_with(mixer_begin)) of_mixer[name.substr(mixer_begin.size())] = tensor;
    if (name.starts_with(norm_begin)) of_norm[name.substr(norm_begin.size())] = tensor;
  }
  load_state(mixer, of_mixer);
  load_state(norm, of_norm);
  mixer.eval();
  norm.eval();
  const Variable difference = subtract(mixer.forward(x), norm.forward(x));
  const Variable y = add(x, scale_channels(difference, Variable(state(block).at("scale.weight"))));
  CHECK(relative_difference(block.forward(x).value(), y.value()) <= kFoldTolerance);
}

TEST_CASE("DilatedBlock: every large kernel folds to a kernel of its own size", "[layers][fold]") {
  Initializer initializer(1);
  for (const int64_t kernel : {5, 7, 9, 11, 13, 15, 17}) {
    CAPTURE(kernel);
    DilatedBlock block({.in = 3, .out = 3, .groups = 3}, kernel, initializer);
    randomize(block, 3, false);
    block.eval();
    const Variable x = random_images({1, 20, 19, 3});
    const auto folded = block.fold();
    CHECK(fold_difference(block.forward(x).value(), folded->forward(x).value()).ok());
    CHECK(state(*folded).at("conv.weight").shape() == Shape{kernel, kernel, 1, 3});
  }
  CHECK_THAT(error_of([&] { DilatedBlock({.in = 3, .out = 3, .groups = 3}, 8, initializer); }),
             ContainsSubstring("kernel 8; it must be odd and from 5 to 17"));
}
