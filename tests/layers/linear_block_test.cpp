#include "layers/calculus/linear_block.h"

#include "autograd/gradcheck.h"
#include "autograd/ops.h"
#include "core/annex/window_pooling.h"
#include "layers/activations.h"
#include "layers/calculus/explain.h"
#include "layers/calculus/pieces.h"
#include "layers/families/weights/composed_conv2d.h"
#include "layers/fold/fold_error.h"
#include "layers/pooling.h"
#include "layers/sequential.h"
#include "tests/catch.h"
#include "tests/layers/blocks.h"
#include "tests/layers/support.h"

// Blocks of the calculus: each folds and each step of its fold computes what it does.

using namespace onefold;
using namespace onefold::testing;

namespace {

/// What a squeeze-excite is to the calculus: a factor that depends on the map, which no convolution has.
class SqueezeExcite : public Module {
 public:
  Variable forward(const Variable& x) override { return multiply(x, x); }
  void visit(Visitor&) override {}
  std::string description() const override { return "SqueezeExcite"; }
  std::unique_ptr<Module> fold() const override { throw FoldError("a squeeze-excite is not linear"); }
};

}  // namespace

TEST_CASE("LinearBlock: folded equals trained, in every step, inside and on the border", "[layers][fold]") {
  for (const auto& block : Blocks().all()) {
    randomize(*block, 3, false);
    block->eval();
    const auto before = state(*block);
    const Variable x = random_images({2, 9, 10, 8});
    const Tensor trained = block->forward(x).value();
    CAPTURE(block->description());
    for (const FoldStep& step : explain_fold(*block)) {
      const FoldDifference difference = fold_difference(trained, step.compute(x.value()));
      CAPTURE(step.title, difference.interior, difference.border, difference.largest);
      CHECK(difference.ok());
    }
    const auto folded = block->fold();
    CHECK(fold_difference(trained, folded->forward(x).value()).ok());
    CHECK(bit_equal(state(*block), before));
    CHECK_FALSE(folded->training());
  }
}

TEST_CASE("LinearBlock: in training, the one op equals its pieces, gradients and statistics too", "[layers]") {
  // Two of the same seed: one as the block computes, the other branch by branch.
  std::vector<std::unique_ptr<LinearBlock>> blocks = Blocks().all(), same = Blocks().all();
  for (size_t i = 0; i < blocks.size(); ++i) {
    LinearBlock &fused = *blocks[i], &plain = *same[i];
    randomize(fused, 2, false);
    load_state(plain, state(fused));
    const Variable x(random_images({2, 8, 7, 8}).value(), true), same_x(x.value(), true);
    const Variable y = fused(x);
    const Variable expected = plain.forward_by_pieces(same_x);
    CAPTURE(fused.description());
    CHECK(fold_difference(expected.value(), y.value()).ok());
    const Tensor dy = random_normal(y.shape(), Random(9, 0));
    y.backward(dy);
    expected.backward(dy);
    // Some gradients are zero but for rounding, such as those of a bias before a batch norm.
    double largest = static_cast<double>(max_abs(same_x.grad()));
    for (const Variable& parameter : parameters(plain)) {
      largest = std::max(largest, static_cast<double>(max_abs(parameter.grad())));
    }
    const auto close = [&](const Tensor& got, const Tensor& wanted) {
      return static_cast<double>(max_abs_difference(got, wanted)) <= 10 * kFoldTolerance * (1 + largest);
    };
    CHECK(close(x.grad(), same_x.grad()));
    const auto named = named_parameters(fused), same_named = named_parameters(plain);
    for (size_t p = 0; p < named.size(); ++p) {
      INFO(named[p].name);
      CHECK(close(named[p].value.grad(), same_named[p].value.grad()));
    }
    const auto wanted = state(plain);
    for (const auto& [name, tensor] : state(fused)) CHECK(close(tensor, wanted.at(name)));
  }
}

TEST_CASE("LinearBlock: gradients equal central differences, padding by a constant included", "[layers]") {
  if (sizeof(Real) != 8) return;  // a proof in double; float's differences are too coarse for a chain of batch norms
  for (const auto& block : Blocks().all()) {
    randomize(*block, 4, false);
    const auto f = [&](const std::vector<Variable>& inputs) { return block->forward(inputs[0]); };
    const GradientCheck result = check_gradients(f, {random_images({2, 5, 6, 8}).value()}, 4e-5);
    CAPTURE(block->description(), result.where);
    CHECK(result.largest_error <= 1e-6);
  }
}

TEST_CASE("LinearBlock: refuses to fold what no convolution can be, naming piece, branch and reason",
          "[layers][fold]") {
  Initializer initializer(1);
  const auto error_with = [&](const auto& fill) {
    LinearBlock block(Activation::relu);
    block.add_branch("3x3").add<Conv2d>("conv3", same_convolution(4, 4, 3, 3), initializer);
    fill(block.add_branch("other"));
    randomize(block, 3, false);
    block.eval();
    const auto before = state(block);
    const std::string error = error_of([&] { block.fold(); });
    CHECK(error_of([&] { explain_fold(block); }) == error);
    CHECK(bit_equal(state(block), before));
    return error;
  };
  const Conv2dOptions three = same_convolution(4, 4, 3, 3), one = same_convolution(4, 4, 1, 1);

  CHECK_THAT(error_with([&](Branch& branch) {
               branch.add<Conv2d>("a", one, initializer);
               branch.add<Relu>("relu");
             }),
             ContainsSubstring("fold: relu: Relu is not a linear piece") && ContainsSubstring("(branch other)"));
  CHECK_THAT(error_with([&](Branch& branch) {
               branch.add<Conv2d>("a", one, initializer);
               branch.add<SqueezeExcite>("se");
             }),
             ContainsSubstring("fold: se: SqueezeExcite is not a linear piece") && ContainsSubstring("(branch other)"));
  CHECK_THAT(error_with([&](Branch& branch) {
               branch.add<Conv2d>("a", one, initializer);
               branch.add<BatchNorm2d>("bn", 4);
               branch.add<Conv2d>("b", three, initializer);
             }),
             ContainsSubstring("fold: b: it pads the feature map after a 1x1 convolution with 0 in channel 0") &&
                 ContainsSubstring("(BatchNormPad2d) (branch other)"));
  CHECK_THAT(error_with([&](Branch& branch) {
               auto inner = std::make_unique<LinearBlock>(Activation::relu);
               inner->add_branch("x").add<Conv2d>("conv", three, initializer);
               branch.append("inner", std::move(inner));
             }),
             ContainsSubstring("fold: inner: LinearBlock ends in a ReLU, which is not linear"));
  CHECK_THAT(error_with([&](Branch& branch) {
               branch.add<Conv2d>("a", one, initializer);
               branch.add<BatchNorm2d>("bn", 8);
             }),
             ContainsSubstring("fold: bn: BatchNorm2d 8 takes 8 channels, but gets 4; make them equal (branch other)"));
  CHECK_THAT(error_with([&](Branch& branch) { branch.add<Conv2d>("a", same_convolution(4, 8, 1, 1), initializer); }),
             ContainsSubstring("fold: branch other maps 4 -> 8 channels, branch 3x3 4 -> 4"));
  CHECK_THAT(error_with([&](Branch& branch) { branch.add<Conv2d>("a", same_convolution(4, 4, 1, 1, 2), initializer); }),
             ContainsSubstring("branch other has stride 2 along the rows, branch 3x3 has stride 1"));
  CHECK_THAT(error_with([&](Branch& branch) {
               branch.add<Conv2d>("a", one, initializer);
               branch.add<AvgPool2d>("pool", Pool2dArgs{.kernel = 2, .stride = 1});
             }),
             ContainsSubstring("grids differ"));
  CHECK_THAT(error_with([&](Branch& branch) {
               branch.add<Conv2d>("a", one, initializer);
               const Pool2dArgs window{.kernel = 3, .stride = 1, .padding = 1, .count_padding = false};
               branch.add<AvgPool2d>("pool", window);
             }),
             ContainsSubstring("fold: pool: AvgPool2d 3x3, stride 1, padding 1, which does not count, so it divides by "
                               "fewer pixels at the edge, and no kernel does that"));
  CHECK_THAT(error_with([&](Branch& branch) {
               auto inner = std::make_unique<LinearBlock>();
               inner->add_branch("x").add<Conv2d>("conv", three, initializer);
               inner->add_branch("y").add<Relu>("relu");
               branch.append("inner", std::move(inner));
             }),
             ContainsSubstring("fold: inner.relu: Relu is not a linear piece") &&
                 ContainsSubstring("(branch other, inner branch y)"));
  CHECK_THAT(error_with([&](Branch& branch) {
               branch.add<Pad2d>("pad", 1, 1, Tensor::full({4}, 1));
               branch.add<Conv2d>("a", Conv2dOptions{.in = 4, .out = 4}, initializer);
             }),
             ContainsSubstring("branch other pads the sum's input with a constant"));
}

TEST_CASE("LinearBlock: refuses training mode, damaged numbers and what has no channels", "[layers][fold]") {
  Initializer initializer(1);
  LinearBlock block;
  Branch& branch = block.add_branch("only");
  branch.add<Conv2d>("conv", same_convolution(3, 4, 3, 3), initializer);
  branch.add<BatchNormPad2d>("pad", 4, 1);
  CHECK_THAT(error_of([&] { block.fold(); }), ContainsSubstring("fold: LinearBlock is in training mode; call eval()"));
  block.eval();
  for (const NamedModule& below : named_modules(block)) {
    if (below.name == "pad.bn") below.module->train();
  }
  CHECK_THAT(error_of([&] { block.fold(); }),
             ContainsSubstring("fold: pad.bn: BatchNorm2d is in training mode") && ContainsSubstring("(branch only)"));
  block.eval();
  auto damaged = state(block);
  damaged["pad.bn.running_var"][2] = -1;
  load_state(block, damaged);
  CHECK_THAT(error_of([&] { block.fold(); }), ContainsSubstring("fold: pad.bn: running_var of channel 2 is -1"));
  damaged["conv.weight"][5] = NAN;
  load_state(block, damaged);
  CHECK_THAT(error_of([&] { block.fold(); }), ContainsSubstring("fold: conv: weight [3 3 3 4] has nan at element 5"));

  LinearBlock nothing, anything;
  nothing.eval();
  CHECK_THAT(error_of([&] { nothing.fold(); }), ContainsSubstring("takes any number of channels"));
  CHECK_THAT(error_of([&] { nothing(random_images({1, 3, 3, 2})); }), ContainsSubstring("LinearBlock: no branches"));
  Branch& pool = anything.add_branch("pool");
  pool.add<AvgPool2d>("pool", Pool2dArgs{.kernel = 2});
  anything.eval();
  CHECK_THAT(error_of([&] { anything.fold(); }), ContainsSubstring("takes any number of channels"));
  CHECK_THAT(error_of([&] { pool.add<Identity>("pool"); }), ContainsSubstring("are both called pool"));
  CHECK_THAT(error_of([&] { pool.append("none", nullptr); }), ContainsSubstring("piece none of branch pool is null"));
}

TEST_CASE("LinearBlock: folds wherever it stands", "[layers][fold]") {
  Initializer initializer(1);
  Sequential network;
  network.append(Blocks().diverse(1, 1));
  auto& inner = network.add<Sequential>();
  inner.add<Conv2d>(same_convolution(12, 8, 1, 1), initializer);
  inner.append(Blocks().norm_after_sum());
  inner.append(Blocks().dilated());
  inner.add<BatchNorm2d>(8);  // into what the block before it becomes
  randomize(network, 3, false);
  network.eval();
  const Variable x = random_images({2, 8, 9, 8});
  const auto folded = network.fold();
  CHECK(relative_difference(network(x).value(), folded->forward(x).value()) <= kFoldTolerance);
  CHECK(state(*folded).contains("0.conv.bias"));
  CHECK(state(*folded).contains("1.2.weight"));  // without an activation a block becomes a Conv2d
  CHECK(state(*folded).size() == 2 + 1 + 2 + 2);
}

TEST_CASE("LinearBlock: a branch that would need padding on one side is named, however the sum is computed",
          "[layers]") {
  Initializer initializer(1);
  for (const bool norms : {false, true}) {
    for (const bool own_padding : {false, true}) {
      LinearBlock block;
      Branch& odd = block.add_branch("3x3");
      odd.add<Conv2d>("conv3", same_convolution(8, 8, 3, 3), initializer);
      if (norms) odd.add<BatchNorm2d>("bn3", 8);
      Branch& even = block.add_branch("2x2");
      if (own_padding) even.add<Pad2d>("pad", 1, 1);
      Conv2dOptions options = same_convolution(8, 8, 2, 2);
      options.args = conv2d_args(1, own_padding ? 0 : 1);
      even.add<Conv2d>("conv2", options, initializer);
      if (norms) even.add<BatchNorm2d>("bn2", 8);
      const Variable x = random_images({2, 6, 7, 8});
      for (const bool training : {true, false}) {
        CAPTURE(norms, own_padding, training);
        block.train(training);
        CHECK_THAT(error_of([&] { block(x); }),
                   ContainsSubstring("LinearBlock: branch 2x2 gives [2 7 8 8], but branch 3x3 gives [2 6 7 8]"));
      }
      CHECK_THAT(error_of([&] { block.fold(); }), ContainsSubstring("branch 2x2 covers 2 pixels with padding 1"));
    }
  }
}

TEST_CASE("LinearBlock: a single branch that cannot be one convolution is named", "[layers][fold]") {
  Initializer initializer(1);
  LinearBlock block;
  Branch& branch = block.add_branch("only");
  branch.add<Pad2d>("pad", 1, 1, Tensor::full({8}, 2));
  branch.add<Conv2d>("conv", Conv2dOptions{.in = 8, .out = 8, .kernel_h = 3, .kernel_w = 3, .args = {}}, initializer);
  block.eval();
  CHECK_THAT(error_of([&] { block.fold(); }), ContainsSubstring("pads its input with a constant that is not zero") &&
                                                  ContainsSubstring("(branch only)"));
}
