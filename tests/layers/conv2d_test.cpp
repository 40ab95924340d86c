#include "layers/conv2d.h"

#include "autograd/annex/lookahead.h"
#include "autograd/ops.h"
#include "autograd/optim/optimizer.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

TEST_CASE("Conv2d: computes the convolution of its weight, with its bias where it has one", "[layers]") {
  Initializer initializer(3);
  const Variable x = random_images({2, 6, 7, 4});
  const Conv2dArgs args = conv2d_args(2, 1, 2);

  Conv2d plain({.in = 4, .out = 6, .args = args}, initializer);
  CHECK(plain(x).shape() == Shape{2, 3, 4, 6});
  CHECK(max_abs_difference(plain(x).value(), conv2d(x.value(), plain.weight().value(), args)) == 0);
  CHECK_FALSE(plain.bias().defined());

  Conv2d biased({.in = 4, .out = 6, .kernel_h = 1, .kernel_w = 3, .args = args, .bias = true}, initializer);
  CHECK(max_abs(biased.bias().value()) == 0);
  randomize(biased, 4);
  CHECK(max_abs_difference(biased(x).value(),
                           conv2d(x.value(), biased.weight().value(), args, biased.bias().value())) == 0);

  sum(biased(x)).backward();
  CHECK(biased.weight().grad().shape() == Shape{1, 3, 2, 6});
  // Every output pixel has the bias once.
  const int64_t rows = biased(x).shape().rows();
  for (const Real gradient : biased.bias().grad().to_vector()) CHECK(gradient == static_cast<Real>(rows));
}

TEST_CASE("Conv2d: describes itself, leaving out what is usual", "[layers]") {
  Initializer initializer(3);
  CHECK(Conv2d({.in = 16, .out = 32, .args = conv2d_args(2, 1)}, initializer).description() ==
        "Conv2d 3x3, 16 -> 32, stride 2, padding 1");
  const Conv2dOptions pointwise{
      .in = 8, .out = 8, .kernel_h = 1, .kernel_w = 1, .args = conv2d_args(1, 0, 4), .bias = true};
  CHECK(Conv2d(pointwise, initializer).description() == "Conv2d 1x1, 8 -> 8, groups 4, bias");
  Conv2dArgs wide;
  wide.padding_w = 1;
  wide.dilation_h = wide.dilation_w = 2;
  CHECK(Conv2d({.in = 1, .out = 2, .kernel_h = 1, .args = wide}, initializer).description() ==
        "Conv2d 1x3, 1 -> 2, padding 0x1, dilation 2");
}

TEST_CASE("Conv2d: folds to a copy that later training does not reach", "[layers]") {
  Initializer initializer(3);
  Conv2d layer({.in = 2, .out = 3, .args = conv2d_args(1, 1), .bias = true}, initializer);
  layer.eval();
  const auto copy = layer.fold();
  const Variable x = random_images({1, 4, 4, 2});
  const Tensor y = layer(x).value();
  CHECK(max_abs_difference(copy->forward(x).value(), y) == 0);

  parameters(layer)[0].mutable_value()[0] += 1;  // what an optimizer does
  CHECK(max_abs_difference(copy->forward(x).value(), y) == 0);
  CHECK(max_abs_difference(layer(x).value(), y) > 0);
}

TEST_CASE("Conv2d: refuses what cannot be", "[layers]") {
  Initializer initializer(3);
  const auto error = [&](const Conv2dOptions& options) { return error_of([&] { Conv2d(options, initializer); }); };
  CHECK_THAT(error({.in = 0, .out = 3}), ContainsSubstring("0 -> 3 channels"));
  CHECK_THAT(error({.in = 3, .out = 3, .kernel_h = 0}), ContainsSubstring("kernel of 0x3"));
  CHECK_THAT(error({.in = 4, .out = 6, .args = conv2d_args(1, 1, 4)}), ContainsSubstring("4 groups must divide both"));
  CHECK_THAT(error_of([&] {
               Conv2d({Tensor::zeros({3, 3, 2, 4}), Tensor::zeros({3})}, Conv2dArgs{});
             }),
             ContainsSubstring("bias [3] does not fit weight [3 3 2 4]"));
}

TEST_CASE("Conv2d: weights packed for inference are packed anew when they change, by whichever way", "[layers]") {
  Initializer initializer(1);
  Conv2d conv({.in = 16, .out = 16, .args = conv2d_args(1, 1)}, initializer);
  const Variable x = random_images({1, 16, 16, 16});
  const auto infer = [&] {
    const NoGrad no_grad;
    return conv(x).value();
  };
  const auto expect_new_weights = [&](const Tensor& before) {
    const Tensor got = infer();
    CHECK(got.to_vector() == conv2d(x.value(), conv.weight().value(), conv.args()).to_vector());
    CHECK(max_abs_difference(got, before) > Real(1e-3));
  };

  Tensor before = infer();
  CHECK(infer().to_vector() == before.to_vector());
  sum(multiply(conv(x), conv(x))).backward();
  Sgd(std::vector<ParameterGroup>{{parameters(conv), 1e-3, 0}}).step();
  expect_new_weights(before);

  Lookahead lookahead(parameters(conv), {.interval = 1});
  sum(multiply(conv(x), conv(x))).backward();
  Sgd(std::vector<ParameterGroup>{{parameters(conv), 1e-3, 0}}).step();
  before = infer();
  lookahead.after_step(1, 1);
  expect_new_weights(before);

  before = infer();
  load_state(conv, {{"weight", random_normal(conv.weight().shape(), Random(8, 8))}});
  expect_new_weights(before);
}
