#include "core/annex/conv/depthwise.h"

#include "tests/catch.h"
#include "tests/core/conv/conv2d_cases.h"
#include "tests/same_bits.h"

using namespace onefold;

namespace {

/// A depthwise convolution on images a little larger than its window, so that borders and an interior are there.
Case depthwise_case(int64_t kernel_h, int64_t kernel_w, int64_t stride, int64_t dilation, int64_t channels,
                    int64_t multiplier, uint64_t seed) {
  const Random random(9, seed);
  const auto draw = [&](uint64_t index, int64_t largest) {
    return static_cast<int64_t>(random.uniform(index) * static_cast<double>(largest + 1));
  };
  const std::array<int64_t, 2> padding = {draw(0, kernel_h / 2 * dilation + 1), draw(1, kernel_w / 2 * dilation + 1)};
  const int64_t H = dilation * (kernel_h - 1) + 1 + draw(2, 6), W = dilation * (kernel_w - 1) + 1 + draw(3, 20);
  return make_case({1 + draw(4, 2), H, W, channels}, {kernel_h, kernel_w, 1, channels * multiplier}, {stride, stride},
                   padding, {dilation, dilation}, channels);
}

/// The case with an epilogue, and on top of a sum.
std::vector<Tensor> with_epilogues(const Case& c, ConvAlgorithm algorithm) {
  Conv2dArgs args = c.args;
  args.algorithm = algorithm;
  const Tensor x = random_normal(c.x, Random(1, 0)), w = random_normal(c.w, Random(1, 1));
  const Tensor dy = random_normal(ConvGeometry(c.x, c.w, args).y, Random(1, 2));
  const Tensor bias = random_normal({c.w[3]}, Random(1, 3));
  return {conv2d(x, w, args, bias, Activation::relu),
          conv2d_backward_input(dy, w, c.x, args, random_normal(c.x, Random(1, 4))),
          conv2d_backward_weight(dy, x, c.w, args)};
}

void check_equal_to_naive(const Case& c) {
  CAPTURE(c.x.text(), c.w.text(), c.args.stride_h, c.args.padding_h, c.args.padding_w, c.args.dilation_h);
  const std::vector<Tensor> expected = with_epilogues(c, ConvAlgorithm::naive);
  const std::vector<Tensor> got = with_epilogues(c, ConvAlgorithm::depthwise);
  for (size_t i = 0; i < got.size(); ++i) {
    // 1e-12 in double: sums of at most 169 taps, of the weights over at most some thousand pixels, by another order.
    const double largest = 1 + static_cast<double>(max_abs(expected[i]));
    CHECK(static_cast<double>(max_abs_difference(got[i], expected[i])) <= std::max(1e-12, 16 * kRounding) * largest);
  }
}

}  // namespace

TEST_CASE("conv2d_depthwise: equals the naive loops over kernels, strides, dilations and channels", "[core]") {
  uint64_t seed = 0;
  for (const int64_t kernel : {1, 3, 5, 7, 13}) {
    for (const int64_t stride : {1, 2}) {
      for (const int64_t dilation : {1, 2}) {
        for (const int64_t channels : {1, 3, 16, 17, 40}) {
          check_equal_to_naive(depthwise_case(kernel, kernel, stride, dilation, channels, 1, ++seed));
        }
      }
    }
  }
}

TEST_CASE("conv2d_depthwise: kernels that are not square, several outputs a channel, unequal strides", "[core]") {
  using Pair = std::pair<int64_t, int64_t>;
  uint64_t seed = 1000;
  for (const auto& [kernel_h, kernel_w] : {Pair{1, 3}, Pair{3, 1}, Pair{5, 2}, Pair{31, 1}, Pair{2, 31}}) {
    for (const int64_t multiplier : {1, 2, 3}) {
      Case c = depthwise_case(kernel_h, kernel_w, 2, 1, 17, multiplier, ++seed);
      check_equal_to_naive(c);
      c.args.stride_w = 3;
      check_equal_to_naive(c);
    }
  }
}

TEST_CASE("conv2d_depthwise: more rows than a band, more channels than a group, more images than a range", "[core]") {
  check_equal_to_naive(make_case({1, 70, 33, 5}, {3, 3, 1, 5}, {1, 1}, {1, 1}, {1, 1}, 5));
  check_equal_to_naive(make_case({1, 71, 33, 5}, {5, 5, 1, 5}, {2, 2}, {2, 2}, {1, 1}, 5));
  check_equal_to_naive(make_case({1, 5, 6, 300}, {3, 3, 1, 300}, {1, 1}, {1, 1}, {1, 1}, 300));
  check_equal_to_naive(make_case({37, 4, 4, 16}, {3, 3, 1, 16}, {1, 1}, {1, 1}, {1, 1}, 16));
}

TEST_CASE("conv2d_depthwise: the same bits for any number of threads", "[core]") {
  for (const int64_t channels : {16, 40}) {
    for (const int64_t stride : {1, 2}) {
      const Case c = make_case({19, 40, 15, channels}, {5, 5, 1, channels}, {stride, stride}, {2, 2}, {1, 1}, channels);
      CHECK(same_bits_for_any_threads([&] { return with_epilogues(c, ConvAlgorithm::depthwise); }));
    }
  }
}

TEST_CASE("conv2d_depthwise: no images have no gradient, and the weights' is zero", "[core]") {
  const Shape x = {0, 8, 8, 16}, w = {3, 3, 1, 16};
  const Conv2dArgs args = conv2d_args(1, 1, 16);
  CHECK(conv2d(Tensor(x), Tensor::zeros(w), args).shape() == x);
  CHECK(conv2d_backward_input(Tensor(x), Tensor::zeros(w), x, args).shape() == x);
  CHECK(max_abs(conv2d_backward_weight(Tensor(x), Tensor(x), w, args)) == 0);
}
