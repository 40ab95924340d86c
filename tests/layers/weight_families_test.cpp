#include "tests/layers/weight_families.h"

#include <cmath>
#include <numbers>

#include "autograd/annex/annex_ops.h"
#include "autograd/annex/pooling_ops.h"
#include "autograd/gradcheck.h"
#include "autograd/ops.h"
#include "core/ops/elementwise.h"
#include "layers/families/weights/expand_linear.h"
#include "layers/linear.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

struct Widths {
  int64_t in, out, stride, groups;
};

/// Stride 1 and 2, equal and different widths, 1, 2 and as many groups as channels.
const std::vector<Widths> kWidths = {{4, 4, 1, 1}, {4, 6, 1, 1}, {4, 4, 2, 1}, {4, 8, 2, 2}, {4, 4, 1, 2},
                                     {4, 4, 1, 4}, {4, 8, 1, 4}, {6, 4, 1, 2}, {3, 5, 2, 1}};

/// Parameters that a step of training could have left: none as it began, where terms vanish.
void disturb(Module& module, uint64_t seed) {
  for (Variable parameter : parameters(module)) {
    parameter.set_value(add(parameter.value(), random_normal(parameter.shape(), Random(seed++, 0), 0.2)));
  }
}

/// Puts other Variables where a module has its parameters, in their order.
struct Replace : Visitor {
  explicit Replace(const std::vector<Variable>& others) : by(others) {}
  void parameter(const std::string&, Variable& value) override { value = by[next++]; }
  void buffer(const std::string&, Tensor&) override {}
  void child(const std::string&, Module& module) override { module.visit(*this); }
  const std::vector<Variable>& by;
  size_t next = 0;
};

/// Checks the gradients of the module's parameters and of x.
GradientCheck check_module(Module& module, const Tensor& x) {
  std::vector<Tensor> inputs;
  for (const Variable& parameter : parameters(module)) inputs.push_back(parameter.value());
  inputs.push_back(x);
  const auto f = [&module](const std::vector<Variable>& v) {
    Replace replace(v);
    module.visit(replace);
    return module(v.back());
  };
  return check_gradients(f, inputs, sizeof(Real) == 8 ? 1e-5 : 0.02);
}

double largest_difference(const Tensor& a, const Tensor& b) { return static_cast<double>(max_abs_difference(a, b)); }

/// What two ways of the same sums may differ by, relative to the largest number.
constexpr double kRounding = sizeof(Real) == 8 ? 1e-12 : 2e-5;

}  // namespace

TEST_CASE("weight families: gradients of parameters and input agree with central differences", "[layers]") {
  for (const WeightFamily& family : weight_families()) {
    for (const auto& [in, out, stride, groups] : {Widths{2, 2, 1, 1}, Widths{2, 4, 2, 2}}) {
      Initializer initializer(1);
      const auto conv = family.make(same_convolution(in, out, family.size, family.size, stride, groups), initializer);
      disturb(*conv, 5);
      const GradientCheck check = check_module(*conv, random_normal({1, 4, 3, in}, Random(2, 0)));
      CAPTURE(conv->description(), check.where, check.largest_error);
      CHECK(check.ok);
    }
  }
}

TEST_CASE("weight families: folded equals trained, inside and on the border", "[layers][fold]") {
  for (const WeightFamily& family : weight_families()) {
    for (const auto& [in, out, stride, groups] : kWidths) {
      Initializer initializer(1);
      const auto block = weight_block(family, in, out, stride, groups, initializer);
      disturb(*block, 5);
      randomize(*block, 3, false);
      block->eval();
      const Variable x = random_images({2, 9, 10, in});
      const auto before = state(*block);
      const auto folded = block->fold();
      const FoldDifference difference = fold_difference(block->forward(x).value(), folded->forward(x).value());
      CAPTURE(family.name, in, out, stride, groups, difference.interior, difference.border, difference.largest);
      CHECK(difference.largest > 0);
      CHECK(difference.ok());
      CHECK(bit_equal(state(*block), before));
      CHECK(parameters(*folded).size() == 2);
    }
  }
}

TEST_CASE("DoConv2d: begins as the convolution that it stands for", "[layers]") {
  Initializer initializer(1);
  DoConv2d conv(same_convolution(4, 6, 3, 3, 1, 2), initializer);
  const Tensor kernel = conv.kernel().value(), weight = state(conv).at("weight");
  for (int64_t pixel = 0; pixel < 9; ++pixel) {
    for (int64_t i = 0; i < 2; ++i) {
      for (int64_t o = 0; o < 6; ++o) CHECK(kernel[(pixel * 2 + i) * 6 + o] == weight[(i * 9 + pixel) * 6 + o]);
    }
  }
}

TEST_CASE("DoConv2d: is its definition, each group with its own channels' filters", "[layers]") {
  Initializer initializer(1);
  DoConv2d conv(same_convolution(4, 6, 3, 3, 1, 2), initializer);
  disturb(conv, 5);
  const Tensor kernel = conv.kernel().value(), weight = state(conv).at("weight"), D = state(conv).at("depthwise");
  double largest = 0;
  for (int64_t m = 0; m < 9; ++m) {
    for (int64_t i = 0; i < 2; ++i) {
      for (int64_t o = 0; o < 6; ++o) {
        const int64_t input = o / 3 * 2 + i;  // counted through both groups
        double expected = 0;
        for (int64_t s = 0; s < 9; ++s) {
          const double filter = double{D[m * 36 + input * 9 + s]} + (m == s ? 1 : 0);
          expected += filter * double{weight[(i * 9 + s) * 6 + o]};
        }
        largest = std::max(largest, std::abs(expected - double{kernel[(m * 2 + i) * 6 + o]}));
      }
    }
  }
  CHECK(largest <= kRounding);
}

TEST_CASE("ExpandConv2d: equals its layers one after the other, all padding in the first", "[layers]") {
  for (const Expansion expansion : {Expansion::layers, Expansion::kernels}) {
    for (const auto& [in, out, stride, groups] : kWidths) {
      Initializer initializer(1);
      const int64_t size = expansion == Expansion::kernels ? 7 : 3;
      ExpandConv2d conv(same_convolution(in, out, size, size, stride, groups), initializer, {.expansion = expansion});
      REQUIRE(conv.factors().size() == 3);
      const Variable x = random_images({2, 9, 8, in});
      Variable y = x;
      for (size_t i = 0; i < 3; ++i) {
        const int64_t padding = i == 0 ? size / 2 : 0;
        y = conv2d(y, conv.factors()[i], conv2d_args(i == 2 ? stride : 1, padding, groups));
      }
      CAPTURE(in, out, stride, groups);
      CHECK(largest_difference(conv(x).value(), y.value()) <= kRounding * double{max_abs(y.value())});
      CHECK(conv.factors()[1].shape()[3] == 4 * out);
    }
  }
}

TEST_CASE("ExpandConv2d: begins with outputs of the size that He's normal gives", "[layers]") {
  for (const Expansion expansion : {Expansion::layers, Expansion::kernels}) {
    Initializer initializer(1);
    ExpandConv2d conv(same_convolution(16, 16, 7, 7), initializer, {.expansion = expansion});
    const Tensor kernel = conv.kernel().value();
    const double variance = sum(multiply(kernel, kernel)) / static_cast<double>(kernel.size());
    CHECK(variance * 16 * 49 == Approx(2).epsilon(0.25));
  }
}

TEST_CASE("ExpandLinear: folded equals trained, and both its layers one after the other", "[layers][fold]") {
  Initializer initializer(1);
  ExpandLinear layer(6, 4, initializer);
  disturb(layer, 5);
  const Variable x = random_images({5, 6});
  const auto at = state(layer);
  Variable y = x;
  for (const char* factor : {"factor0", "factor1", "factor2"}) y = matmul(y, Variable(at.at(factor)));
  y = add_bias(y, Variable(at.at("bias")));
  const double tolerance = kRounding * double{max_abs(y.value())};
  CHECK(largest_difference(layer(x).value(), y.value()) <= tolerance);
  CHECK_THAT(error_of([&] { layer.fold(); }), ContainsSubstring("call eval() first"));
  layer.eval();
  const auto folded = layer.fold();
  CHECK(largest_difference((*folded)(x).value(), y.value()) <= tolerance);
  CHECK(folded->description() == "Linear 6 -> 4");
  CHECK(check_module(layer, x.value()).ok);
}

TEST_CASE("DiracConv2d: begins as the identity and a tenth of filters of length 1", "[layers]") {
  Initializer initializer(1);
  DiracConv2d conv(same_convolution(4, 4, 3, 3, 1, 2), initializer);
  const Tensor kernel = conv.kernel().value(), identity = identity_kernel(4, 2, 3, 3).rounded().weight;
  const Tensor filters = subtract(kernel, identity), squares = sum_rows(multiply(filters, filters));
  for (int64_t k = 0; k < 4; ++k) CHECK(double{squares[k]} == Approx(0.01).epsilon(1e-4));
}

TEST_CASE("DiracConv2d: the length of its weights changes nothing, and a and b have no weight decay", "[layers]") {
  Initializer initializer(1);
  DiracConv2d conv(same_convolution(3, 5, 3, 3), initializer);
  const Tensor before = conv.kernel().value().clone();
  for (Variable parameter : parameters(conv)) {
    if (parameter.shape().rank() == 4) parameter.set_value(scale(parameter.value(), 3));
  }
  CHECK(largest_difference(before, conv.kernel().value()) <= kRounding);
  for (const NamedParameter& parameter : named_parameters(conv)) {
    CHECK((parameter.value.shape().rank() == 1) == (parameter.name != "weight"));
  }
}

TEST_CASE("OrepaConv2d: its kernel is that of its branches as layers, scaled and summed", "[layers]") {
  for (const auto& [in, out, stride, groups] : kWidths) {
    Initializer initializer(1);
    OrepaConv2d conv(same_convolution(in, out, 3, 3, stride, groups), initializer);
    disturb(conv, 5);
    std::map<std::string, Variable> at;
    for (const auto& [name, tensor] : state(conv)) at[name] = Variable(tensor);
    const Variable x = random_images({2, 7, 6, in});

    // Layers with the padding in the first, as a block without batch norms has them.
    const auto scaled = [&](const std::string& name, const Variable& branch) {
      return scale_channels(branch, at["scale_" + name]);
    };
    const auto same = conv2d_args(stride, 1, groups);
    const auto padded = pad2d(x, {}, 1, 1);
    const Conv2dArgs mix = conv2d_args(1, 0, groups), last = conv2d_args(stride, 0, groups);
    Variable y = scaled("kernel", conv2d(x, at["kernel"], same));
    y = add(y, scaled("centre", conv2d(x, at["centre"], conv2d_args(stride, 0, groups))));
    y = add(y, scaled("average", avg_pool2d(conv2d(padded, at["average"], mix), {.kernel = 3, .stride = stride})));
    y = add(y, scaled("pointwise", conv2d(conv2d(padded, at["pointwise"], mix), at["after_pointwise"], last)));
    y = add(y, scaled("depthwise",
                      conv2d(conv2d(padded, at["depthwise"], conv2d_args(1, 0, in)), at["after_depthwise"], last)));
    Tensor cosine({3, 3, 1, out});
    for (int64_t i = 0; i < cosine.size(); ++i) {
      const int64_t k = i % out, r = i / out / 3, s = i / out % 3;
      const double position = static_cast<double>(k < out / 2 ? r : s) + 0.5;
      cosine[i] = static_cast<Real>(std::cos(std::numbers::pi / 3 * position * static_cast<double>(1 + k % 2)));
    }
    y = add(y,
            scaled("cosine", conv2d(conv2d(padded, at["cosine"], mix), Variable(cosine), conv2d_args(stride, 0, out))));
    CAPTURE(in, out, stride, groups);
    CHECK(largest_difference(conv(x).value(), y.value()) <= kRounding * double{max_abs(y.value())});
  }
}

TEST_CASE("weight families: what does not fit is refused with the remedy", "[layers]") {
  Initializer initializer(1);
  const Conv2dOptions options = same_convolution(4, 4, 3, 3);
  Conv2dOptions with_bias = options, even = options, uneven = options;
  with_bias.bias = true;
  even.kernel_h = even.kernel_w = 2;
  uneven.args.groups = 3;
  for (const WeightFamily& family : weight_families()) {
    CHECK_THAT(error_of([&] { family.make(with_bias, initializer); }), ContainsSubstring("add a batch norm after it"));
    CHECK_FALSE(error_of([&] { family.make(uneven, initializer); }).empty());
  }
  CHECK_THAT(error_of([&] { DiracConv2d(even, initializer); }), ContainsSubstring("both must be odd"));
  CHECK_THAT(error_of([&] { OrepaConv2d(even, initializer); }), ContainsSubstring("expected a square one of odd size"));
  CHECK_THAT(error_of([&] { ExpandConv2d(options, initializer, {.expansion = Expansion::kernels}); }),
             ContainsSubstring("expected 5x5, 7x7"));
  CHECK_THAT(error_of([&] { ExpandLinear(3, 0, initializer); }), ContainsSubstring("must be at least 1"));
  CHECK_THAT(error_of([&] { RepOptimizerConv2d(same_convolution(4, 8, 3, 3), {}, initializer); }),
             ContainsSubstring("leave it out"));
}
