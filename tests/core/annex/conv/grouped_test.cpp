#include "core/annex/conv/grouped.h"

#include "tests/catch.h"
#include "tests/core/conv/conv2d_cases.h"
#include "tests/same_bits.h"

using namespace onefold;

namespace {

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
  const std::vector<Tensor> got = with_epilogues(c, ConvAlgorithm::grouped);
  for (size_t i = 0; i < got.size(); ++i) {
    const double largest = 1 + static_cast<double>(max_abs(expected[i]));
    CHECK(static_cast<double>(max_abs_difference(got[i], expected[i])) <= std::max(1e-12, 16 * kRounding) * largest);
  }
}

}  // namespace

TEST_CASE("conv2d_grouped: equals the naive loops over kernels, strides, dilations and widths of groups", "[core]") {
  for (const int64_t kernel : {1, 2, 3, 5, 7}) {
    for (const int64_t stride : {1, 2, 3}) {
      for (const int64_t dilation : {1, 2}) {
        for (const auto& [inputs, outputs] : {std::pair<int64_t, int64_t>{8, 8}, {16, 8}, {8, 24}}) {
          const int64_t side = dilation * (kernel - 1) + 3, padding = kernel / 2 * dilation;
          check_equal_to_naive(make_case({2, side, side + 9, 3 * inputs}, {kernel, kernel, inputs, 3 * outputs},
                                         {stride, stride}, {padding, padding}, {dilation, dilation}, 3));
        }
      }
    }
  }
}

TEST_CASE("conv2d_grouped: kernels that are not square, strides and paddings of rows and columns apart", "[core]") {
  check_equal_to_naive(make_case({2, 9, 11, 16}, {1, 3, 8, 16}, {1, 2}, {0, 1}, {1, 1}, 2));
  check_equal_to_naive(make_case({2, 9, 11, 16}, {5, 2, 8, 16}, {2, 1}, {3, 0}, {1, 2}, 2));
  check_equal_to_naive(make_case({1, 4, 5, 16}, {3, 3, 8, 16}, {1, 1}, {4, 3}, {1, 1}, 2));
  check_equal_to_naive(make_case({1, 5, 4, 16}, {1, 1, 8, 16}, {2, 2}, {0, 0}, {1, 1}, 2));
}

TEST_CASE("conv2d_grouped: rows of several tiles, more groups than copied together, more images than a range",
          "[core]") {
  check_equal_to_naive(make_case({1, 40, 35, 16}, {3, 3, 8, 16}, {1, 1}, {1, 1}, {1, 1}, 2));
  check_equal_to_naive(make_case({1, 4, 4, 320}, {3, 3, 8, 320}, {1, 1}, {1, 1}, {1, 1}, 40));
  check_equal_to_naive(make_case({37, 3, 3, 16}, {3, 3, 8, 16}, {1, 1}, {1, 1}, {1, 1}, 2));
}

TEST_CASE("conv2d_grouped: the same bits for any number of threads", "[core]") {
  for (const int64_t stride : {1, 2}) {
    const Case c = make_case({19, 20, 15, 48}, {3, 3, 8, 48}, {stride, stride}, {1, 1}, {1, 1}, 6);
    CHECK(same_bits_for_any_threads([&] { return with_epilogues(c, ConvAlgorithm::grouped); }));
  }
}

TEST_CASE("conv2d_grouped: no images have no gradient, and the weights' is zero", "[core]") {
  const Shape x = {0, 8, 8, 16}, w = {3, 3, 8, 16};
  const Conv2dArgs args = conv2d_args(1, 1, 2);
  CHECK(conv2d(Tensor(x), Tensor::zeros(w), args).shape() == x);
  CHECK(conv2d_backward_input(Tensor(x), Tensor::zeros(w), x, args).shape() == x);
  CHECK(max_abs(conv2d_backward_weight(Tensor(x), Tensor(x), w, args)) == 0);
}

TEST_CASE("conv2d_grouped: what it does not cover is named", "[core]") {
  Conv2dArgs args = conv2d_args(1, 1, 2);
  args.algorithm = ConvAlgorithm::grouped;
  CHECK_THROWS_WITH(conv2d(Tensor::zeros({1, 4, 4, 8}), Tensor::zeros({3, 3, 4, 16}), args),
                    "conv2d: grouped needs more than one group, of a multiple of 8 channels in and out; the weight is "
                    "[3 3 4 16], stride 1 x 1, dilation 1 x 1, padding 1 x 1, groups 2; use ConvAlgorithm::automatic");
}
