// The networks that come in sizes: what their multipliers and rules make of them, and what they refuse. And the plain
// ones, whose training rests on the length of their filters.

#include <cmath>

#include "core/ops/elementwise.h"
#include "layers/conv2d.h"
#include "layers/inspect/count.h"
#include "layers/models/survey/chain.h"
#include "layers/models/survey/survey.h"
#include "tests/catch.h"
#include "tests/layers/support.h"
#include "tests/same_bits.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

std::unique_ptr<Sequential> make(const std::string& name) {
  Initializer initializer(1);
  return make_survey_network(name, 10, initializer);
}

std::string refusal(const std::string& name) {
  return error_of([&] { make(name); });
}

std::vector<int64_t> widths(const AnyNet& shape) {
  std::vector<int64_t> all;
  for (const AnyNetStage& stage : shape.stages) all.push_back(stage.width);
  return all;
}

std::vector<int64_t> depths(const AnyNet& shape) {
  std::vector<int64_t> all;
  for (const AnyNetStage& stage : shape.stages) all.push_back(stage.blocks);
  return all;
}

/// The length of each filter of every convolution of a state.
std::vector<double> filter_lengths(Module& network) {
  std::vector<double> lengths;
  for (const auto& [name, weight] : state(network)) {
    if (weight.shape().rank() != 4) continue;
    const int64_t K = weight.shape()[3];
    for (int64_t k = 0; k < K; ++k) {
      double squares = 0;
      for (int64_t i = k; i < weight.size(); i += K) squares += double{weight[i]} * double{weight[i]};
      lengths.push_back(std::sqrt(squares));
    }
  }
  return lengths;
}

double length(const Tensor& x) { return std::sqrt(sum(multiply(x, x))); }

}  // namespace

TEST_CASE("mobilenet: the width multiplier thins every layer, the resolution saves work and no parameter", "[layers]") {
  const Shape image{1, 32, 32, 3};
  const Counts full = count(*make("mobilenet"), image), half = count(*make("mobilenet_0.5"), image);
  CHECK(half.parameters == 823722);
  CHECK(half.multiply_adds == 12167168);
  const Counts small = count(*make("mobilenet_0.5_24"), image);
  CHECK(small.parameters == half.parameters);
  CHECK(small.multiply_adds == 7546496);

  // Both save by about their square.
  CHECK(static_cast<double>(half.multiply_adds) / static_cast<double>(full.multiply_adds) == Approx(0.25).margin(0.02));
  CHECK(static_cast<double>(small.multiply_adds) / static_cast<double>(half.multiply_adds) ==
        Approx(0.5625).margin(0.06));
  CHECK(refusal("mobilenet_0.01") ==
        "mobilenet: got width multiplier 0.01, which makes 0 channels of 32, expected at least 1, and at most 1e4");
  CHECK(refusal("mobilenet_1_12") ==
        "got images resized to 12 pixels a side, expected at least 16: the network's strides leave less than a pixel "
        "of smaller ones");
}

TEST_CASE("survey: images that are smaller than the strides of the network are refused", "[layers]") {
  const NoGrad no_grad;
  const std::pair<std::string, int64_t> least[] = {{"mobilenet", 16},       {"shufflenet_g3", 8}, {"regnetx_small", 4},
                                                   {"efficientnet_b0", 16}, {"xception", 4},      {"vgg_small", 16},
                                                   {"resnet20", 4},         {"nasnet_a_small", 4}};
  for (const auto& [name, side] : least) {
    CAPTURE(name);
    const auto network = make(name);
    network->eval();
    CHECK((*network)(random_images({1, side, side, 3})).shape() == Shape{1, 10});
    CHECK_THAT(error_of([&, s = side] {
                 (*network)(random_images({1, s, s - 1, 3}));
               }),
               ContainsSubstring("expected [N H W C] of at least " + std::to_string(side) + " x "));
  }
}

TEST_CASE("shufflenet: every channel of a block's result depends on every channel of its image", "[layers]") {
  // Without the shuffles the two groups would be two networks side by side.
  Initializer initializer(1);
  Chain apart(8, initializer), mixed(8, initializer);
  apart.conv(1, 8, {.groups = 2}).conv(1, 8, {.groups = 2});
  mixed.conv(1, 8, {.groups = 2}).shuffle(2).conv(1, 8, {.groups = 2});
  const auto reached = [](Chain& chain) {
    const auto network = chain.done();
    Tensor x = Tensor::zeros({1, 1, 1, 8});
    x[0] = 1;
    const Tensor y = (*network)(Variable(x)).value();
    int count = 0;
    for (int64_t c = 0; c < 8; ++c) count += y[c] != 0 ? 1 : 0;
    return count;
  };
  CHECK(reached(apart) == 4);
  CHECK(reached(mixed) == 8);
  CHECK(refusal("shufflenet_g5") == "shufflenet: got 5 groups, expected 1, 2 or 3");
  CHECK(refusal("shufflenetv2_0.7") == "shufflenetv2: got size 0.7, expected 0.5, 1, 1.5 or 2");
}

TEST_CASE("regnet: the rule gives the published stages", "[layers]") {
  const AnyNet x200 = regnet_shape({24, 36.44, 2.49, 13, 8}), y400 = regnet_shape({48, 27.89, 2.09, 16, 8, 0.25});
  CHECK(widths(x200) == std::vector<int64_t>{24, 56, 152, 368});
  CHECK(depths(x200) == std::vector<int64_t>{1, 1, 4, 7});
  CHECK(widths(y400) == std::vector<int64_t>{48, 104, 208, 440});
  CHECK(depths(y400) == std::vector<int64_t>{1, 3, 6, 6});

  CHECK(error_of([] {
          regnet_shape({4, 36, 2.5, 13, 8});
        }) == "regnet: got depth 13, w0 4, wa 36 and wm 2.5, expected depth >= 1, w0 >= 8, wa >= 0 and wm > 1");
  Initializer initializer(1);
  CHECK(error_of([&] {
          anynet({.stages = {{1, 20, 1, 8}}}, 10, initializer);
        }) ==
        "anynet: got a stage of 1 blocks of width 20 in groups of 8, expected at least 1 block, and groups that divide "
        "the width");
}

TEST_CASE("efficientnet: each phi about doubles the work, by all three factors at once", "[layers]") {
  const auto work = [](const CompoundScale& scale) {
    Initializer initializer(1);
    return static_cast<double>(count(*efficientnet_tiny(scale, 10, initializer), {1, 32, 32, 3}).multiply_adds);
  };
  const double base = work({});
  CHECK(base == 8962592);
  CHECK(work(compound_scale(1)) / base == Approx(2).epsilon(0.15));
  CHECK(work(compound_scale(2)) / base == Approx(4).epsilon(0.15));
  for (const CompoundScale& one : {CompoundScale{4, 1, 1}, CompoundScale{1, 2, 1}, CompoundScale{1, 1, 2}}) {
    CHECK(work(one) / base == Approx(4).epsilon(0.15));
  }
  CHECK_THAT(error_of([&] {
               work({1, 0.05, 1});
             }),
             ContainsSubstring("efficientnet: got width multiplier 0.05, which makes 0 channels of 16"));
  CHECK_THAT(error_of([&] {
               work({1, 1, 0.2});
             }),
             ContainsSubstring("got images resized to 6 pixels a side, expected at least 8"));
  CHECK(error_of([&] {
          work({1e9, 1, 1});
        }) ==
        "efficientnet: got factors 1e+09 of depth, 1 of width and 1 of resolution, expected above 0, and at most 10");
}

TEST_CASE("maxnorm: no filter that a step makes too long is used, and shorter ones stay", "[layers][fold]") {
  const auto network = make("maxnorm_20");
  const auto start = state(*network);
  const Variable x = random_images({2, 16, 16, 3});
  (*network)(x);
  CHECK(bit_equal(state(*network), start));  // about 1.4 long

  // One weight of every filter changes by 3.
  auto stepped = start;
  for (auto& [name, weight] : stepped) {
    if (weight.shape().rank() != 4) continue;
    weight = weight.clone();
    for (int64_t k = 0; k < weight.shape()[3]; ++k) weight[k] += 3;
  }
  load_state(*network, stepped);
  network->eval();
  const Tensor folded = network->fold()->forward(x).value();  // before the network itself has run
  const Tensor logits = (*network)(x).value();
  CHECK(relative_difference(logits, folded) <= kFoldTolerance);
  for (const double each : filter_lengths(*network)) CHECK(each == Approx(2).epsilon(1e-5));
  CHECK(same_bits((*network)(x).value(), logits));
  CHECK(refusal("maxnorm_21") == "maxnorm: got depth 21, expected 6 n + 2 layers, as 20, 56 or 98, at most 1202");
}

TEST_CASE("delta_orthogonal: a hundred linear layers keep the length of images and of gradients", "[layers]") {
  Initializer initializer(1);
  Chain chain(8, initializer);
  for (int i = 0; i < 100; ++i) {
    const Kernel kernel{delta_orthogonal_kernel({3, 3, 8, 8}, initializer), {}};
    chain.append(std::make_unique<PadCircular>(1), 8).append(std::make_unique<Conv2d>(kernel, conv2d_args(1, 0)), 8);
  }
  const auto network = chain.done();
  Variable x(random_images({2, 6, 5, 8}).value(), true);
  const Variable y = (*network)(x);
  CHECK(length(y.value()) / length(x.value()) == Approx(1).epsilon(1e-5));
  const Tensor dy = random_normal(y.shape(), Random(2, 0));
  y.backward(dy);
  CHECK(length(x.grad()) / length(dy) == Approx(1).epsilon(1e-5));
  CHECK(refusal("delta_orthogonal_3") == "delta_orthogonal: got 3 layers, expected 4 to 10000");
}
