#include <algorithm>
#include <cmath>

#include "core/ops/elementwise.h"
#include "tests/catch.h"
#include "tests/core/conv/conv2d_cases.h"

// What an algorithm does to its result while that is at hand: bias, activation, statistics, adding to a sum.

using namespace onefold;

TEST_CASE("conv2d: bias and ReLU in the epilogue equal the same applied afterwards", "[core]") {
  for_each_algorithm([](const Case& c) {
    CAPTURE(c.x.text(), c.w.text(), name(c.args.algorithm));
    const Tensor x = random_normal(c.x, Random(4, 0)), w = random_normal(c.w, Random(4, 1));
    const Tensor bias = random_normal({c.w[3]}, Random(4, 2));
    Tensor expected = conv2d(x, w, c.args);
    for (int64_t i = 0; i < expected.size(); ++i) expected[i] = std::max(expected[i] + bias[i % c.w[3]], Real{0});
    const double rounding = 8 * kRounding * (1 + static_cast<double>(max_abs(expected)));
    CHECK(static_cast<double>(max_abs_difference(conv2d(x, w, c.args, bias, Activation::relu), expected)) <= rounding);
  });
}

TEST_CASE("conv2d: statistics from the epilogue are those of the result", "[core]") {
  for_each_algorithm([](const Case& c) {
    for (const Real mean : {Real(0), Real(1000)}) {  // where E[x^2] - E[x]^2 in float would leave no digit
      CAPTURE(c.x.text(), c.w.text(), name(c.args.algorithm), mean);
      const Tensor x = random_normal(c.x, Random(4, 0)), w = random_normal(c.w, Random(4, 1));
      Tensor shifted(c.x);
      for (int64_t i = 0; i < x.size(); ++i) shifted[i] = x[i] + mean;
      ChannelStatistics got;
      const Tensor y = conv2d_with_statistics(shifted, w, c.args, got);
      CHECK(y.to_vector() == conv2d(shifted, w, c.args).to_vector());
      const ChannelStatistics expected = channel_statistics(y);
      for (int64_t k = 0; k < c.w[3]; ++k) {
        const double deviation = std::sqrt(static_cast<double>(expected.variance[k]));
        const double scale = std::abs(static_cast<double>(expected.mean[k])) + deviation;
        // Runs of up to 16 numbers are added up as they are, each addition rounding once and every number twice; then
        // in double, in another order than the reference.
        const double tolerance = std::max(64 * kRounding, 1e-12);
        CHECK(std::abs(static_cast<double>(got.mean[k] - expected.mean[k])) <= tolerance * scale);
        const double variance_error = std::abs(static_cast<double>(got.variance[k] - expected.variance[k]));
        CHECK(variance_error <= tolerance * deviation * deviation);
      }
    }
  });
}

TEST_CASE("conv2d: the gradient of the input is added to a sum that is given", "[core]") {
  for_each_algorithm([](const Case& c) {
    CAPTURE(c.x.text(), c.w.text(), name(c.args.algorithm));
    const Tensor w = random_normal(c.w, Random(4, 1)), before = random_normal(c.x, Random(4, 3));
    const Tensor dy = random_normal(ConvGeometry(c.x, c.w, c.args).y, Random(4, 2));
    const Tensor dx = conv2d_backward_input(dy, w, c.x, c.args);
    Tensor sum = before.clone();
    const Real* const buffer = sum.data();
    const Tensor got = conv2d_backward_input(dy, w, c.x, c.args, std::move(sum));
    CHECK(got.data() == buffer);
    CHECK(static_cast<double>(max_abs_difference(got, add(before, dx))) <=
          8 * kRounding * static_cast<double>(max_abs(dx)));
  });
}

TEST_CASE("conv2d: ReLU lets a NaN through, whatever the algorithm", "[core]") {
  Tensor x = random_normal({1, 6, 6, 24}, Random(5, 0));
  x[(2 * 6 + 2) * 24 + 7] = std::numeric_limits<Real>::quiet_NaN();
  for (const ConvAlgorithm algorithm : kAlgorithms) {
    CAPTURE(name(algorithm));
    const bool depthwise = algorithm == ConvAlgorithm::depthwise || algorithm == ConvAlgorithm::depthwise_direct;
    const int64_t groups = depthwise ? 24 : algorithm == ConvAlgorithm::grouped ? 3 : 1;
    const int64_t stride = algorithm == ConvAlgorithm::winograd4_stride2 ? 2 : 1, K = groups > 1 ? 24 : 18;
    Conv2dArgs args = conv2d_args(stride, 1, groups);
    args.algorithm = algorithm;
    const Tensor w = random_normal({3, 3, 24 / groups, K}, Random(5, 1));
    const Tensor y = conv2d(x, w, args, Tensor::zeros({K}), Activation::relu);
    const int64_t pixel = 2 / stride * y.shape()[2] + 2 / stride;
    // Groups keep it to themselves.
    for (int64_t k = 0; k < K; ++k) CHECK(std::isnan(y[pixel * K + k]) == (k / (K / groups) == 7 / (24 / groups)));
  }
}
