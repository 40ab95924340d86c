#include "layers/calculus/pieces.h"

#include "autograd/annex/annex_ops.h"
#include "autograd/gradcheck.h"
#include "autograd/ops.h"
#include "layers/calculus/linear_block.h"
#include "layers/conv2d.h"
#include "layers/families/weights/composed_conv2d.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

/// A 1x1 and a 3x3 kernel that are trained apart and used as one.
class Expanded : public ComposedConv2d {
 public:
  Expanded(int64_t in, int64_t middle, int64_t out, Initializer& initializer)
      : ComposedConv2d(in, conv2d_args(1, 1)), first_(he_normal({1, 1, in, middle}, in, initializer), true),
        second_(he_normal({3, 3, middle, out}, 9 * middle, initializer), true) {}

  Variable kernel() const override { return compose_kernels(first_, second_); }
  void visit(Visitor& visitor) override {
    visitor.parameter("first", first_);
    visitor.parameter("second", second_);
  }
  std::string description() const override { return "Expanded"; }

 private:
  Variable first_, second_;
};

void check_folds_alone(Module& piece, const Shape& image) {
  piece.eval();
  const Variable x = random_images(image);
  CAPTURE(piece.description());
  CHECK(fold_difference(piece(x).value(), piece.fold()->forward(x).value()).ok());
}

}  // namespace

TEST_CASE("pieces: what each computes", "[layers]") {
  const Variable x = random_images({2, 4, 3, 2});
  ChannelScale scale(2, Real(0.5));
  CHECK(max_abs_difference(scale(x).value(), onefold::scale(x, Real(0.5)).value()) == 0);

  Pad2d zeros(1, 2), constant(0, 1, Tensor::full({2}, 3));
  CHECK(zeros(x).shape() == Shape{2, 6, 7, 2});
  CHECK(zeros(x).value()[0] == 0);
  CHECK(zeros(x).value()[(1 * 7 + 2) * 2] == x.value()[0]);
  CHECK(constant(x).shape() == Shape{2, 4, 5, 2});
  CHECK(constant(x).value()[1] == 3);

  // A border of what the batch norm gives for zero, by the statistics that it normalises by.
  BatchNormPad2d padded(2, 1);
  randomize(padded, 2, false);
  for (const bool training : {true, false}) {
    padded.train(training);
    const auto numbers = state(padded);
    const ChannelStatistics statistics =
        training ? channel_statistics(x.value())
                 : ChannelStatistics{numbers.at("bn.running_mean"), numbers.at("bn.running_var")};
    const Tensor all = batch_norm_forward(Pad2d(1, 1)(x).value(), statistics, numbers.at("bn.weight"),
                                          numbers.at("bn.bias"), Real(1e-5));
    CHECK(fold_difference(all, padded(x).value()).ok());
  }
}

TEST_CASE("pieces: each folds alone, too", "[layers][fold]") {
  ChannelScale scale(3);
  randomize(scale, 2);
  check_folds_alone(scale, {2, 4, 5, 3});
  FixedScale negative(-2);
  check_folds_alone(negative, {2, 4, 5, 3});
  Pad2d zeros(1, 2), constant(2, 1, Tensor::full({3}, 2));
  check_folds_alone(zeros, {2, 4, 5, 3});
  check_folds_alone(constant, {2, 4, 5, 3});
  BatchNormPad2d padded(3, 2);
  randomize(padded, 2);
  check_folds_alone(padded, {2, 4, 5, 3});
  Initializer initializer(1);
  Expanded expanded(3, 6, 4, initializer);
  check_folds_alone(expanded, {2, 4, 5, 3});
  CHECK(state(*expanded.fold()).at("weight").shape() == Shape{3, 3, 3, 4});
}

TEST_CASE("pieces: a constant of one's own folds where the pieces before make the same of zeros", "[layers][fold]") {
  Initializer initializer(1);
  const auto block_with = [&](Real constant) {
    auto block = std::make_unique<LinearBlock>();
    Branch& branch = block->add_branch("all");
    branch.add<Conv2d>("a", Conv2dOptions{.in = 3, .out = 4, .kernel_h = 1, .kernel_w = 1, .bias = true}, initializer);
    branch.add<Pad2d>("pad", 1, 1, Tensor::full({4}, constant));
    branch.add<Conv2d>("b", Conv2dOptions{.in = 4, .out = 4}, initializer);
    auto numbers = state(*block);
    numbers["a.bias"] = Tensor::full({4}, Real(0.3));
    load_state(*block, numbers);
    block->eval();
    return block;
  };
  const auto block = block_with(Real(0.3));
  const Variable x = random_images({2, 5, 6, 3});
  CHECK(fold_difference(block->forward(x).value(), block->fold()->forward(x).value()).ok());
  CHECK_THAT(error_of([&] { block_with(Real(0.4))->fold(); }),
             ContainsSubstring("fold: pad: it pads the feature map after a 1x1 convolution with 0.4 in channel 0, but "
                               "a single convolution has 0.3"));
}

TEST_CASE("ComposedConv2d: trains in a block's one op, folds with it", "[layers][fold]") {
  Initializer initializer(1);
  LinearBlock block(Activation::relu);
  Branch& expanded = block.add_branch("expanded");
  expanded.add<Expanded>("conv", 3, 6, 4, initializer);
  expanded.add<BatchNorm2d>("bn", 4);
  Branch& one = block.add_branch("1x1");
  one.add<Conv2d>("conv1", same_convolution(3, 4, 1, 1), initializer);
  one.add<BatchNorm2d>("bn1", 4);
  randomize(block, 3, false);
  const Variable y = block(random_images({2, 5, 6, 3}));
  CHECK(y.node()->name == "conv_norm_sum");
  sum(multiply(y, random_images(y.shape(), 2))).backward();
  for (const auto& [name, parameter] : named_parameters(block)) {
    CAPTURE(name);
    CHECK(max_abs(parameter.grad()) > 0);
  }
  block.eval();
  const Variable x = random_images({2, 5, 6, 3}, 3);
  CHECK(fold_difference(block(x).value(), block.fold()->forward(x).value()).ok());
  CHECK_THAT(error_of([&] { Expanded(0, 1, 1, initializer); }),
             ContainsSubstring("at least 1") || ContainsSubstring("fan-in") || ContainsSubstring("0 input channels"));
}

TEST_CASE("pieces: refuse what makes no sense", "[layers]") {
  CHECK_THAT(error_of([] { ChannelScale(0); }), ContainsSubstring("ChannelScale: 0 channels"));
  CHECK_THAT(error_of([] { Pad2d(-1, 0); }), ContainsSubstring("Pad2d: padding -1x0"));
  CHECK_THAT(error_of([] { Pad2d(1, 1, Tensor::zeros({1, 2})); }), ContainsSubstring("one value per channel"));
  CHECK_THAT(error_of([] { BatchNormPad2d(2, -1); }), ContainsSubstring("padding -1 must be at least 0"));
  Pad2d constant(1, 1, Tensor::full({4}, 1));
  CHECK_THAT(error_of([&] {
               constant(random_images({1, 2, 2, 3}));
             }),
             ContainsSubstring("pad2d: value [4] for images"));
}
