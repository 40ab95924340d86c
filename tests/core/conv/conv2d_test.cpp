#include "core/conv/conv2d.h"

#include <cmath>

#include "core/check.h"
#include "core/conv/im2col.h"
#include "tests/catch.h"
#include "tests/core/conv/conv2d_cases.h"
#include "tests/same_bits.h"

using namespace onefold;

namespace {

Tensor magnitudes(Tensor tensor) {
  for (int64_t i = 0; i < tensor.size(); ++i) tensor[i] = std::abs(tensor[i]);
  return tensor;
}

double dot(const Tensor& a, const Tensor& b) {
  double sum = 0;
  for (int64_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

/// How many roundings of a sum's largest a result may be away from another algorithm's.
double rounding_factor(ConvAlgorithm algorithm) {
  switch (algorithm) {
    case ConvAlgorithm::winograd2: return 16;
    case ConvAlgorithm::winograd4:
    case ConvAlgorithm::winograd4_stride2: return 64;
    default: return 4;
  }
}

}  // namespace

TEST_CASE("conv2d: every algorithm equals the naive one, forward and both gradients", "[core]") {
  int winograd_cases = 0, strided_cases = 0;
  for (const Case& c : kCases) {
    const Results expected = run(c, ConvAlgorithm::naive);
    const Results absolute = run(c, ConvAlgorithm::naive, magnitudes);
    for (const ConvAlgorithm algorithm : kAlgorithms) {
      if (!supports(algorithm, {c.x, c.w, c.args})) continue;
      CAPTURE(c.x.text(), c.w.text(), c.args.groups, name(algorithm));
      const Results got = run(c, algorithm);
      // |error| <= factor eps S with S = sum |x| |w|, the largest over the map, as a Winograd tile shares its errors.
      const double factor = rounding_factor(algorithm);
      const auto within = [&](const Tensor& a, const Tensor& b, const Tensor& sums) {
        return static_cast<double>(max_abs_difference(a, b)) <= factor * kRounding * static_cast<double>(max_abs(sums));
      };
      CHECK(within(got.y, expected.y, absolute.y));
      CHECK(within(got.dx, expected.dx, absolute.dx));
      CHECK(within(got.dw, expected.dw, absolute.dw));
      CHECK(max_abs(expected.dw) > 0);
      winograd_cases += algorithm == ConvAlgorithm::winograd4;
      strided_cases += algorithm == ConvAlgorithm::winograd4_stride2;
    }
  }
  CHECK(winograd_cases == 12);
  CHECK(strided_cases == 9);
}

TEST_CASE("conv2d: im2col is exact on integers", "[core]") {
  for (const Case& c : kCases) {
    CAPTURE(c.x.text(), c.w.text());
    Tensor x = random_uniform(c.x, Random(2, 0), -8, 8), w = random_uniform(c.w, Random(2, 1), -8, 8);
    for (Tensor* tensor : {&x, &w}) {
      for (int64_t i = 0; i < tensor->size(); ++i) (*tensor)[i] = std::round((*tensor)[i]);
    }
    Conv2dArgs args = c.args;
    args.algorithm = ConvAlgorithm::naive;
    const Tensor expected = conv2d(x, w, args);
    args.algorithm = ConvAlgorithm::im2col;
    CHECK(max_abs(expected) > 0);
    CHECK(max_abs_difference(conv2d(x, w, args), expected) == 0);
  }
}

TEST_CASE("conv2d: gradients are the adjoints of the convolution", "[core]") {
  // <dy, conv(x, w)> = <dx, x> = <dw, w>, whatever the algorithm.
  for (const Case& c : kCases) {
    CAPTURE(c.x.text(), c.w.text());
    const Tensor x = random_normal(c.x, Random(1, 0)), w = random_normal(c.w, Random(1, 1));
    const Tensor dy = random_normal(ConvGeometry(c.x, c.w, c.args).y, Random(1, 2));
    const double expected = dot(dy, conv2d(x, w, c.args));
    const double margin = 100 * kRounding * std::sqrt(static_cast<double>(dy.size() * c.w.rows()));
    CHECK(dot(conv2d_backward_input(dy, w, c.x, c.args), x) == Approx(expected).margin(margin));
    CHECK(dot(conv2d_backward_weight(dy, x, c.w, c.args), w) == Approx(expected).margin(margin));
  }
}

TEST_CASE("conv2d: col2im is the adjoint of im2col", "[core]") {
  for (const Case& c : kCases) {
    if (c.x[0] != 1 || c.args.groups != 1) continue;
    const ConvGeometry g(c.x, c.w, c.args);
    const Tensor x = random_normal(c.x, Random(3, 0)), columns = random_normal({g.y.rows(), c.w.rows()}, Random(3, 1));
    Tensor patches(columns.shape()), back = Tensor::zeros(c.x);
    im2col(g, x, 0, 0, g.y.rows(), patches.data());
    col2im(g, columns.data(), 0, 0, back);
    const double margin = 100 * kRounding * std::sqrt(static_cast<double>(columns.size()));
    CHECK(dot(patches, columns) == Approx(dot(x, back)).margin(margin));
  }
}

TEST_CASE("conv2d: the same bits for any number of threads", "[core]") {
  for (const Case& c : kCases) {
    CAPTURE(c.x.text(), c.w.text());
    CHECK(same_bits_for_any_threads([&] {
      const Results results = run(c, ConvAlgorithm::automatic);
      return std::vector<Tensor>{results.y, results.dx, results.dw};
    }));
  }
}

TEST_CASE("conv2d: the chooser takes Winograd for 3x3 at strides 1 and 2, by groups and im2col elsewhere", "[core]") {
  const Shape x = {128, 32, 32, 64};
  CHECK(choose_algorithm({x, {3, 3, 64, 64}, conv2d_args(1, 1)}) == ConvAlgorithm::winograd4);
  CHECK(choose_algorithm({{1, 2, 2, 64}, {3, 3, 64, 64}, conv2d_args(1, 1)}) == ConvAlgorithm::winograd2);
  const auto of_one_image = [](int64_t height, int64_t width, int64_t channels) {
    return choose_algorithm({{1, height, width, channels}, {3, 3, channels, channels}, conv2d_args(1, 1)});
  };
  CHECK(of_one_image(8, 8, 128) == ConvAlgorithm::winograd4);   // 4 tiles, 590 k transformed weights
  CHECK(of_one_image(8, 8, 192) == ConvAlgorithm::winograd2);   // 4 tiles, 1.3 M
  CHECK(of_one_image(9, 16, 192) == ConvAlgorithm::winograd4);  // 12 tiles
  CHECK(of_one_image(8, 16, 192) == ConvAlgorithm::winograd2);
  CHECK(choose_algorithm({x, {3, 3, 64, 64}, conv2d_args(2, 1)}) == ConvAlgorithm::winograd4_stride2);
  CHECK(choose_algorithm({{1, 16, 16, 64}, {3, 3, 64, 64}, conv2d_args(2, 1)}) == ConvAlgorithm::im2col);  // few tiles
  CHECK(choose_algorithm({{128, 9, 9, 64}, {3, 3, 64, 64}, conv2d_args(2, 1)}) == ConvAlgorithm::im2col);  // part full
  CHECK(choose_algorithm({{128, 32, 32, 3}, {3, 3, 3, 64}, conv2d_args(2, 1)}) == ConvAlgorithm::im2col);  // the stem
  CHECK(choose_algorithm({x, {3, 3, 64, 64}, conv2d_args(3, 1)}) == ConvAlgorithm::im2col);
  CHECK(choose_algorithm({x, {1, 1, 64, 64}, conv2d_args(1, 0)}) == ConvAlgorithm::im2col);
  CHECK(choose_algorithm({{128, 32, 32, 3}, {3, 3, 3, 64}, conv2d_args(1, 1)}) == ConvAlgorithm::im2col);
  CHECK(choose_algorithm({x, {3, 3, 1, 64}, conv2d_args(1, 1, 64)}) == ConvAlgorithm::depthwise);
  CHECK(choose_algorithm({{128, 16, 16, 64}, {3, 3, 1, 64}, conv2d_args(1, 1, 64)}) == ConvAlgorithm::depthwise_direct);
  CHECK(choose_algorithm({{128, 32, 32, 2}, {3, 3, 1, 2}, conv2d_args(1, 1, 2)}) == ConvAlgorithm::depthwise);
  CHECK(choose_algorithm({{128, 16, 16, 64}, {7, 7, 1, 64}, conv2d_args(1, 3, 64)}) == ConvAlgorithm::depthwise);
  CHECK(choose_algorithm({{128, 16, 16, 64}, {3, 3, 1, 128}, conv2d_args(2, 1, 64)}) ==
        ConvAlgorithm::depthwise);  // two outputs
  CHECK(choose_algorithm({x, {3, 3, 8, 64}, conv2d_args(2, 1, 8)}) == ConvAlgorithm::grouped);
  CHECK(choose_algorithm({x, {3, 3, 8, 32}, conv2d_args(1, 1, 8)}) == ConvAlgorithm::im2col);  // of four outputs
  CHECK(choose_algorithm({x, {1, 1, 8, 64}, conv2d_args(1, 0, 8)}) == ConvAlgorithm::im2col);
  CHECK(choose_algorithm({{8, 8, 8, 96}, {3, 3, 48, 96}, conv2d_args(1, 1, 2)}) == ConvAlgorithm::im2col);  // wide
  CHECK(choose_algorithm({{128, 32, 32, 1}, {3, 3, 1, 64}, conv2d_args(1, 1)}) == ConvAlgorithm::im2col);   // grey
}

TEST_CASE("conv2d: what does not fit is named, with both shapes", "[core]") {
  const Tensor x({8, 32, 32, 3}), w({3, 3, 4, 16}), fitting({3, 3, 3, 16});
  CHECK_THROWS_WITH(conv2d(x, w, {}),
                    "conv2d: input [8 32 32 3] has 3 channels, weight [3 3 4 16] expects 4; "
                    "make the weight's third axis 3");
  CHECK_THROWS_WITH(conv2d(Tensor({8, 32}), w, {}), "conv2d: input [8 32] needs four axes [N H W C]");
  CHECK_THROWS_WITH(conv2d(Tensor({8, 32, 32, 0}), Tensor({3, 3, 0, 16}), {}),
                    "conv2d: weight [3 3 0 16] needs four axes [R S C/groups K], each at least 1");
  CHECK_THROWS_WITH(conv2d(x, Tensor({0, 3, 3, 16}), {}),
                    "conv2d: weight [0 3 3 16] needs four axes [R S C/groups K], each at least 1");
  CHECK_THROWS_WITH(conv2d(Tensor({8, 4, 4, 3}), Tensor({7, 7, 3, 16}), conv2d_args(1, 1)),
                    "conv2d: weight [7 7 3 16] at dilation 1 x 1 covers 7 x 7, input [8 4 4 3] with padding is only "
                    "6 x 6; use a smaller kernel or more padding");
  CHECK_THROWS_WITH(conv2d(x, fitting, conv2d_args(0, 1)), "conv2d: stride 0 x 0 must be at least 1");
  CHECK_THROWS_WITH(conv2d(Tensor({1, 2, 2, 3}), fitting, {}),
                    ContainsSubstring("covers 3 x 3") && ContainsSubstring("only 2 x 2"));
  CHECK_THROWS_WITH(conv2d(x, fitting, {}, Tensor({8})), "conv2d: bias is [8], expected [16]");
  CHECK_THROWS_WITH(conv2d(x, fitting, conv2d_args(1, 1, 2)), ContainsSubstring("divisible by groups 2"));
  Conv2dArgs forced = conv2d_args(2, 1);
  forced.algorithm = ConvAlgorithm::winograd4;
  CHECK_THROWS_WITH(conv2d(x, fitting, forced), ContainsSubstring("Winograd F(4x4,3x3) needs a 3x3 kernel, stride 1"));
  forced.algorithm = ConvAlgorithm::depthwise;
  CHECK_THROWS_WITH(conv2d(x, fitting, forced),
                    "conv2d: depthwise needs one input channel per group; the weight is [3 3 3 16], stride 2 x 2, "
                    "dilation 1 x 1, padding 1 x 1, groups 1; use ConvAlgorithm::automatic");
  CHECK_THROWS_WITH(conv2d_backward_weight(Tensor({8, 16, 16, 16}), x, fitting.shape(), forced),
                    ContainsSubstring("depthwise needs one input channel per group"));
  CHECK_THROWS_WITH(conv2d_backward_input(Tensor({8, 9, 9, 16}), fitting, x.shape(), conv2d_args(1, 1)),
                    "conv2d: the output's gradient is [8 9 9 16], expected [8 32 32 16]");
}
