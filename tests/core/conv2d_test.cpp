#include "core/conv2d.h"

#include <cmath>
#include <limits>

#include "core/check.h"
#include "core/elementwise.h"
#include "core/im2col.h"
#include "core/parallel.h"
#include "core/random.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

constexpr double kRounding = std::numeric_limits<Real>::epsilon();

struct Case {
  Shape x, w;
  Conv2dArgs args;
};

/// A convolution with every argument its own: stride, padding and dilation as {h, w}.
Case make_case(const Shape& x, const Shape& w, std::array<int64_t, 2> stride = {1, 1},
               std::array<int64_t, 2> padding = {1, 1}, std::array<int64_t, 2> dilation = {1, 1}, int64_t groups = 1) {
  Conv2dArgs args;
  args.stride_h = stride[0], args.stride_w = stride[1];
  args.padding_h = padding[0], args.padding_w = padding[1];
  args.dilation_h = dilation[0], args.dilation_w = dilation[1];
  args.groups = groups;
  return {x, w, args};
}

const std::vector<Case> kCases = {
    make_case({2, 8, 8, 16}, {3, 3, 16, 16}),                           // the usual block
    make_case({1, 32, 32, 3}, {3, 3, 3, 8}),                            // the stem
    make_case({2, 9, 7, 5}, {3, 3, 5, 6}),                              // odd sizes, odd channels
    make_case({1, 1, 1, 3}, {3, 3, 3, 4}),                              // one pixel
    make_case({3, 4, 4, 1}, {3, 3, 1, 1}),                              // one channel
    make_case({1, 6, 5, 17}, {3, 3, 17, 33}),                           // just over a vector
    make_case({2, 7, 10, 20}, {3, 3, 20, 36}, {1, 1}, {0, 0}),          // no padding
    make_case({2, 5, 6, 18}, {3, 3, 18, 16}, {1, 1}, {2, 2}),           // more padding than usual
    make_case({2, 6, 8, 16}, {3, 3, 16, 24}, {1, 1}, {0, 2}),           // padding of h and w apart
    make_case({1, 3, 3, 40}, {3, 3, 40, 20}, {1, 1}, {0, 0}),           // a single output pixel
    make_case({2, 9, 9, 6}, {3, 3, 6, 10}, {2, 2}),                     // stride 2
    make_case({2, 8, 10, 4}, {3, 3, 4, 6}, {2, 1}, {1, 0}),             // stride of h and w apart
    make_case({2, 16, 16, 16}, {3, 3, 16, 32}, {2, 2}),                 // stride 2 in whole tiles
    make_case({1, 1, 1, 3}, {3, 3, 3, 4}, {2, 2}),                      // stride 2, one pixel
    make_case({2, 7, 10, 20}, {3, 3, 20, 36}, {2, 2}, {0, 0}),          // stride 2, no padding
    make_case({1, 10, 5, 17}, {3, 3, 17, 18}, {2, 2}, {2, 2}),          // stride 2, more padding than usual
    make_case({2, 13, 22, 6}, {3, 3, 6, 5}, {2, 2}, {0, 2}),            // stride 2, padding of h and w apart
    make_case({37, 8, 7, 18}, {3, 3, 18, 70}, {2, 2}),                  // stride 2, more than a block and a panel
    make_case({33, 16, 16, 16}, {3, 3, 16, 16}, {2, 2}),                // stride 2, more than a chunk
    make_case({1, 8, 8, 300}, {3, 3, 300, 130}, {2, 2}),                // stride 2, more channels than a block of depth
    make_case({2, 8, 8, 12}, {1, 1, 12, 20}, {1, 1}, {0, 0}),           // 1x1
    make_case({2, 7, 7, 12}, {1, 1, 12, 20}, {2, 2}, {0, 0}),           // 1x1, stride 2
    make_case({2, 9, 9, 4}, {3, 3, 4, 4}, {1, 1}, {2, 2}, {2, 2}),      // dilation 2
    make_case({1, 12, 11, 4}, {3, 3, 4, 4}, {2, 1}, {2, 1}, {2, 3}),    // dilation of h and w apart
    make_case({2, 7, 6, 8}, {3, 3, 2, 12}, {1, 1}, {1, 1}, {1, 1}, 4),  // groups
    make_case({2, 8, 8, 6}, {3, 3, 1, 6}, {2, 2}, {1, 1}, {1, 1}, 6),   // depthwise, stride 2
    make_case({1, 6, 6, 4}, {3, 3, 1, 8}, {1, 1}, {1, 1}, {1, 1}, 4),   // depthwise, two outputs a channel
    make_case({2, 8, 8, 4}, {5, 5, 4, 6}, {1, 1}, {2, 2}),              // 5x5
    make_case({2, 8, 8, 4}, {1, 3, 4, 6}, {1, 1}, {0, 1}),              // 1x3
    make_case({2, 8, 8, 4}, {3, 1, 4, 6}, {1, 1}, {1, 0}),              // 3x1
    make_case({1, 5, 5, 300}, {3, 3, 300, 16}),                         // more channels than a block of GEMM's depth
    make_case({18, 16, 16, 16}, {3, 3, 16, 16}),                        // more tiles than a chunk of the weight gradient
};

/// The convolution's three results, from inputs of magnitude 1.
struct Results {
  Tensor y, dx, dw;
};
Results run(const Case& c, ConvAlgorithm algorithm, Tensor (*prepare)(Tensor) = [](Tensor t) { return t; }) {
  Conv2dArgs args = c.args;
  args.algorithm = algorithm;
  const Tensor x = prepare(random_normal(c.x, Random(1, 0))), w = prepare(random_normal(c.w, Random(1, 1)));
  const Tensor dy = prepare(random_normal(conv2d_output_shape(c.x, c.w, args), Random(1, 2)));
  return {conv2d(x, w, args), conv2d_backward_input(dy, w, c.x, args), conv2d_backward_weight(dy, x, c.w, args)};
}

Tensor magnitudes(Tensor tensor) {
  for (int64_t i = 0; i < tensor.size(); ++i) tensor[i] = std::abs(tensor[i]);
  return tensor;
}

double dot(const Tensor& a, const Tensor& b) {
  double sum = 0;
  for (int64_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

}  // namespace

TEST_CASE("conv2d: every algorithm equals the naive one, forward and both gradients", "[core]") {
  int winograd_cases = 0, strided_cases = 0;
  for (const Case& c : kCases) {
    const Results expected = run(c, ConvAlgorithm::naive);
    const Results absolute = run(c, ConvAlgorithm::naive, magnitudes);
    for (const auto algorithm : {ConvAlgorithm::automatic, ConvAlgorithm::im2col, ConvAlgorithm::winograd2,
                                 ConvAlgorithm::winograd4, ConvAlgorithm::winograd4_stride2}) {
      if (!supports(algorithm, c.w, c.args)) continue;
      CAPTURE(c.x.text(), c.w.text(), c.args.groups, name(algorithm));
      const Results got = run(c, algorithm);
      // |error| <= factor eps S with S = sum |x| |w|, the largest over the map, as a Winograd tile shares its errors.
      const double factor = algorithm == ConvAlgorithm::im2col ? 4 : algorithm == ConvAlgorithm::winograd2 ? 16 : 64;
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
    const Tensor dy = random_normal(conv2d_output_shape(c.x, c.w, c.args), Random(1, 2));
    const double expected = dot(dy, conv2d(x, w, c.args));
    const double margin = 100 * kRounding * std::sqrt(static_cast<double>(dy.size() * c.w.rows()));
    CHECK(dot(conv2d_backward_input(dy, w, c.x, c.args), x) == Approx(expected).margin(margin));
    CHECK(dot(conv2d_backward_weight(dy, x, c.w, c.args), w) == Approx(expected).margin(margin));
  }
}

TEST_CASE("conv2d: col2im is the adjoint of im2col", "[core]") {
  for (const Case& c : kCases) {
    if (c.x[0] != 1 || c.args.groups != 1) continue;
    const Shape y = conv2d_output_shape(c.x, c.w, c.args);
    const Tensor x = random_normal(c.x, Random(3, 0)), columns = random_normal({y.rows(), c.w.rows()}, Random(3, 1));
    Tensor patches(columns.shape()), back = Tensor::zeros(c.x);
    im2col(x, c.w, c.args, 0, 0, y.rows(), patches.data());
    col2im(columns.data(), c.w, c.args, 0, 0, back);
    const double margin = 100 * kRounding * std::sqrt(static_cast<double>(columns.size()));
    CHECK(dot(patches, columns) == Approx(dot(x, back)).margin(margin));
  }
}

TEST_CASE("conv2d: bias and ReLU in the epilogue equal the same applied afterwards", "[core]") {
  for (const Case& c : kCases) {
    const Tensor x = random_normal(c.x, Random(4, 0)), w = random_normal(c.w, Random(4, 1));
    const Tensor bias = random_normal({c.w[3]}, Random(4, 2));
    for (const auto algorithm : {ConvAlgorithm::naive, ConvAlgorithm::im2col, ConvAlgorithm::winograd2,
                                 ConvAlgorithm::winograd4, ConvAlgorithm::winograd4_stride2}) {
      if (!supports(algorithm, c.w, c.args)) continue;
      CAPTURE(c.x.text(), c.w.text(), name(algorithm));
      Conv2dArgs args = c.args;
      args.algorithm = algorithm;
      Tensor expected = conv2d(x, w, args);
      for (int64_t i = 0; i < expected.size(); ++i) {
        expected[i] = std::max(expected[i] + bias[i % c.w[3]], Real{0});
      }
      const double rounding = 8 * kRounding * (1 + static_cast<double>(max_abs(expected)));
      CHECK(static_cast<double>(max_abs_difference(conv2d(x, w, args, bias, Activation::relu), expected)) <= rounding);
    }
  }
}

TEST_CASE("conv2d: statistics from the epilogue are those of the result", "[core]") {
  for (const Case& c : kCases) {
    for (const Real mean : {Real(0), Real(1000)}) {  // where E[x^2] - E[x]^2 in float would leave no digit
      const Tensor x = random_normal(c.x, Random(4, 0)), w = random_normal(c.w, Random(4, 1));
      Tensor shifted(c.x);
      for (int64_t i = 0; i < x.size(); ++i) shifted[i] = x[i] + mean;
      for (const auto algorithm : {ConvAlgorithm::naive, ConvAlgorithm::im2col, ConvAlgorithm::winograd2,
                                   ConvAlgorithm::winograd4, ConvAlgorithm::winograd4_stride2}) {
        if (!supports(algorithm, c.w, c.args)) continue;
        CAPTURE(c.x.text(), c.w.text(), name(algorithm), mean);
        Conv2dArgs args = c.args;
        args.algorithm = algorithm;
        ChannelStatistics got;
        const Tensor y = conv2d_with_statistics(shifted, w, args, got);
        CHECK(y.to_vector() == conv2d(shifted, w, args).to_vector());
        const ChannelStatistics expected = channel_statistics(y);
        for (int64_t k = 0; k < c.w[3]; ++k) {
          const double deviation = std::sqrt(static_cast<double>(expected.variance[k]));
          const double scale = std::abs(static_cast<double>(expected.mean[k])) + deviation;
          // Runs of up to 16 numbers are added up as they are, each addition rounding once and every number twice; then in
          // double, in another order than the reference.
          const double tolerance = std::max(64 * kRounding, 1e-12);
          CHECK(std::abs(static_cast<double>(got.mean[k] - expected.mean[k])) <= tolerance * scale);
          CHECK(std::abs(static_cast<double>(got.variance[k] - expected.variance[k])) <= tolerance * deviation * deviation);
        }
      }
    }
  }
}

TEST_CASE("conv2d: the gradient of the input is added to a sum that is given", "[core]") {
  for (const Case& c : kCases) {
    const Tensor w = random_normal(c.w, Random(4, 1)), before = random_normal(c.x, Random(4, 3));
    for (const auto algorithm : {ConvAlgorithm::naive, ConvAlgorithm::im2col, ConvAlgorithm::winograd2,
                                 ConvAlgorithm::winograd4, ConvAlgorithm::winograd4_stride2}) {
      if (!supports(algorithm, c.w, c.args)) continue;
      CAPTURE(c.x.text(), c.w.text(), name(algorithm));
      Conv2dArgs args = c.args;
      args.algorithm = algorithm;
      const Tensor dy = random_normal(conv2d_output_shape(c.x, c.w, args), Random(4, 2));
      const Tensor sum = before.clone(), dx = conv2d_backward_input(dy, w, c.x, args);
      const Tensor got = conv2d_backward_input(dy, w, c.x, args, sum);
      CHECK(got.data() == sum.data());
      CHECK(static_cast<double>(max_abs_difference(got, add(before, dx))) <=
            8 * kRounding * static_cast<double>(max_abs(dx)));
    }
  }
}

TEST_CASE("conv2d: ReLU lets a NaN through, whatever the algorithm", "[core]") {
  Tensor x = random_normal({1, 6, 6, 20}, Random(5, 0));
  const Tensor w = random_normal({3, 3, 20, 18}, Random(5, 1)), bias = Tensor::zeros({18});
  x[(2 * 6 + 2) * 20 + 7] = std::numeric_limits<Real>::quiet_NaN();
  for (const auto algorithm : {ConvAlgorithm::naive, ConvAlgorithm::im2col, ConvAlgorithm::winograd2,
                               ConvAlgorithm::winograd4, ConvAlgorithm::winograd4_stride2}) {
    CAPTURE(name(algorithm));
    const int64_t stride = algorithm == ConvAlgorithm::winograd4_stride2 ? 2 : 1;
    Conv2dArgs args = conv2d_args(stride, 1);
    args.algorithm = algorithm;
    const Tensor y = conv2d(x, w, args, bias, Activation::relu);
    const int64_t pixel = 2 / stride * y.shape()[2] + 2 / stride;
    for (int64_t k = 0; k < 18; ++k) CHECK(std::isnan(y[pixel * 18 + k]));
  }
}

TEST_CASE("conv2d: the same bits for any number of threads", "[core]") {
  const int before = threads();
  for (const Case& c : kCases) {
    CAPTURE(c.x.text(), c.w.text());
    set_threads(1);
    const Results one = run(c, ConvAlgorithm::automatic);
    for (const int count : {2, 3}) {
      set_threads(count);
      const Results more = run(c, ConvAlgorithm::automatic);
      CHECK(one.y.to_vector() == more.y.to_vector());
      CHECK(one.dx.to_vector() == more.dx.to_vector());
      CHECK(one.dw.to_vector() == more.dw.to_vector());
    }
  }
  set_threads(before);
}

TEST_CASE("conv2d: the chooser takes Winograd for 3x3 at strides 1 and 2, im2col or the loops elsewhere", "[core]") {
  const Shape x = {128, 32, 32, 64};
  CHECK(choose_algorithm(x, {3, 3, 64, 64}, conv2d_args(1, 1)) == ConvAlgorithm::winograd4);
  CHECK(choose_algorithm({1, 2, 2, 64}, {3, 3, 64, 64}, conv2d_args(1, 1)) == ConvAlgorithm::winograd2);
  CHECK(choose_algorithm(x, {3, 3, 64, 64}, conv2d_args(2, 1)) == ConvAlgorithm::winograd4_stride2);
  CHECK(choose_algorithm({1, 16, 16, 64}, {3, 3, 64, 64}, conv2d_args(2, 1)) == ConvAlgorithm::im2col);    // few tiles
  CHECK(choose_algorithm({128, 9, 9, 64}, {3, 3, 64, 64}, conv2d_args(2, 1)) == ConvAlgorithm::im2col);    // part full
  CHECK(choose_algorithm({128, 32, 32, 3}, {3, 3, 3, 64}, conv2d_args(2, 1)) == ConvAlgorithm::im2col);    // the stem
  CHECK(choose_algorithm(x, {3, 3, 64, 64}, conv2d_args(3, 1)) == ConvAlgorithm::im2col);
  CHECK(choose_algorithm(x, {1, 1, 64, 64}, conv2d_args(1, 0)) == ConvAlgorithm::im2col);
  CHECK(choose_algorithm({128, 32, 32, 3}, {3, 3, 3, 64}, conv2d_args(1, 1)) == ConvAlgorithm::im2col);
  CHECK(choose_algorithm(x, {3, 3, 1, 64}, conv2d_args(1, 1, 64)) == ConvAlgorithm::naive);
}

TEST_CASE("conv2d: what does not fit is named, with both shapes", "[core]") {
  const Tensor x({8, 32, 32, 3}), w({3, 3, 4, 16}), fitting({3, 3, 3, 16});
  CHECK_THROWS_WITH(conv2d(x, w, {}), "conv2d: input [8 32 32 3] has 3 channels, weight [3 3 4 16] expects 4");
  CHECK_THROWS_WITH(conv2d(Tensor({8, 32}), w, {}), "conv2d: input [8 32] needs four axes [N H W C]");
  CHECK_THROWS_WITH(conv2d(Tensor({8, 32, 32, 0}), Tensor({3, 3, 0, 16}), {}),
                    "conv2d: weight [3 3 0 16] needs four axes [R S C/groups K], each at least 1");
  CHECK_THROWS_WITH(conv2d(x, Tensor({0, 3, 3, 16}), {}),
                    "conv2d: weight [0 3 3 16] needs four axes [R S C/groups K], each at least 1");
  CHECK_THROWS_WITH(conv2d(Tensor({8, 4, 4, 3}), Tensor({7, 7, 3, 16}), conv2d_args(1, 1)),
                    "conv2d: weight [7 7 3 16] at dilation 1 x 1 covers 7 x 7, input [8 4 4 3] with padding is only 6 x 6; "
                    "use a smaller kernel or more padding");
  CHECK_THROWS_WITH(conv2d(x, fitting, conv2d_args(0, 1)), "conv2d: stride 0 x 0 must be at least 1");
  CHECK_THROWS_WITH(conv2d(Tensor({1, 2, 2, 3}), fitting, {}),
                    ContainsSubstring("covers 3 x 3") && ContainsSubstring("only 2 x 2"));
  CHECK_THROWS_WITH(conv2d(x, fitting, {}, Tensor({8})), "conv2d: bias is [8], needed is [16]");
  CHECK_THROWS_WITH(conv2d(x, fitting, conv2d_args(1, 1, 2)), ContainsSubstring("groups 2 divides"));
  Conv2dArgs forced = conv2d_args(2, 1);
  forced.algorithm = ConvAlgorithm::winograd4;
  CHECK_THROWS_WITH(conv2d(x, fitting, forced), ContainsSubstring("Winograd F(4x4,3x3) needs a 3x3 kernel, stride 1"));
  CHECK_THROWS_WITH(conv2d_backward_input(Tensor({8, 9, 9, 16}), fitting, x.shape(), conv2d_args(1, 1)),
                    "conv2d: the output's gradient is [8 9 9 16], needed is [8 32 32 16]");
}
