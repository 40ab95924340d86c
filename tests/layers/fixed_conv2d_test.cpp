#include "layers/calculus/fixed_conv2d.h"

#include "core/annex/padding.h"
#include "core/ops/elementwise.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

// Two convolutions with everything a convolution has: when one can stand for both, and what is said where it cannot.

using namespace onefold;
using namespace onefold::testing;

namespace {

Tensor normals(const Shape& shape, uint64_t stream) { return random_normal(shape, Random(12, stream)); }

FixedConv2d random_conv(const Shape& shape, const Conv2dArgs& args, uint64_t stream, bool bias = true) {
  const Kernel kernel{normals(shape, stream), bias ? normals({shape[-1]}, stream + 1) : Tensor()};
  return {kernel, args, {}};
}

Conv2dArgs args_of(int64_t stride, int64_t padding, int64_t dilation, int64_t groups = 1) {
  Conv2dArgs args = conv2d_args(stride, padding, groups);
  args.dilation_h = args.dilation_w = dilation;
  return args;
}

Tensor apply(const FixedConv2d& conv, const Tensor& x) {
  const Kernel kernel = conv.kernel.rounded();
  if (conv.border.empty()) return conv2d(x, kernel.weight, conv.args, kernel.bias);
  Tensor border({conv.channels_in()});
  for (int64_t c = 0; c < border.size(); ++c) border[c] = static_cast<Real>(conv.border[static_cast<size_t>(c)]);
  Conv2dArgs args = conv.args;
  args.padding_h = args.padding_w = 0;
  return conv2d(pad2d_forward(x, border, conv.args.padding_h, conv.args.padding_w), kernel.weight, args, kernel.bias);
}

void check_composed(const FixedConv2d& first, const FixedConv2d& second, const Tensor& x) {
  const FixedConv2d composed = compose(first, second);
  CHECK(fold_difference(apply(second, apply(first, x)), apply(composed, x)).ok());
}

void check_sum(const FixedConv2d& a, const FixedConv2d& b, const Tensor& x, const Shape& size) {
  const CommonWindow window = common_window({a, b}, {"a", "b"});
  CHECK(window.size == size);
  const FixedConv2d sum{add_kernels({placed(a, window).kernel, placed(b, window).kernel}), window.args, {}};
  CHECK(fold_difference(add(apply(a, x), apply(b, x)), apply(sum, x)).ok());
}

std::string refusal_of_sum(const FixedConv2d& a, const FixedConv2d& b) {
  return error_of([&] { common_window({a, b}, {"a", "b"}); });
}

}  // namespace

TEST_CASE("compose: strides, dilations and all padding in the first", "[layers][fold]") {
  const Tensor x = normals({2, 15, 14, 4}, 1);
  for (const int64_t stride1 : {1, 2}) {
    for (const int64_t stride2 : {1, 2}) {
      for (const int64_t dilation1 : {1, 2}) {
        for (const int64_t dilation2 : {1, 2}) {
          for (const int64_t side1 : {1, 3}) {
            for (const int64_t side2 : {1, 2, 3}) {
              CAPTURE(stride1, stride2, dilation1, dilation2, side1, side2);
              check_composed(random_conv({side1, side1, 4, 6}, args_of(stride1, 2, dilation1), 2),
                             random_conv({side2, side2, 6, 3}, args_of(stride2, 0, dilation2), 4), x);
            }
          }
        }
      }
    }
  }
}

TEST_CASE("compose: a dilation stays where one of the two is 1x1", "[layers][fold]") {
  const FixedConv2d dilated = random_conv({3, 3, 4, 4}, args_of(1, 2, 2), 2);
  const FixedConv2d pointwise = random_conv({1, 1, 4, 4}, args_of(1, 0, 1), 4, false);
  const FixedConv2d strided = random_conv({1, 1, 4, 4}, args_of(2, 0, 1), 6, false);
  CHECK(compose(dilated, pointwise).args.dilation_h == 2);
  CHECK(compose(dilated, pointwise).kernel.shape == Shape{3, 3, 4, 4});
  CHECK(compose(pointwise, dilated).args.dilation_w == 2);
  CHECK(compose(strided, dilated).args.dilation_h == 4);  // a step of the second is two of the first's
  const Tensor x = normals({1, 11, 12, 4}, 1);
  check_composed(dilated, pointwise, x);
  check_composed(pointwise, dilated, x);
  check_composed(strided, dilated, x);
}

TEST_CASE("compose: a map between may be padded by what the first makes of its padding", "[layers][fold]") {
  const Tensor x = normals({2, 7, 8, 4}, 1);
  const FixedConv2d pointwise = random_conv({1, 1, 4, 6}, args_of(1, 0, 1), 2);
  FixedConv2d second = random_conv({3, 3, 6, 3}, args_of(1, 1, 1), 4);
  second.border = pointwise.kernel.bias;
  check_composed(pointwise, second, x);

  // Zeros are right where nothing is added, and a constant before the first needs its own answer to it.
  const FixedConv2d without_bias = random_conv({1, 1, 4, 6}, args_of(2, 0, 1), 2, false);
  second.border.clear();
  check_composed(without_bias, second, x);
  FixedConv2d constant = random_conv({2, 2, 4, 6}, args_of(1, 1, 1), 6);
  constant.border = {1, -2, 0.5, 3};
  second.border = constant.kernel.bias;
  for (size_t k = 0; k < 6; ++k) {
    for (size_t i = k; i < constant.kernel.weight.size(); i += 6) {
      second.border[k] += constant.kernel.weight[i] * constant.border[i / 6 % 4];
    }
  }
  check_composed(constant, second, x);
}

TEST_CASE("compose: refuses a map between that is padded otherwise, with the remedy", "[layers][fold]") {
  const FixedConv2d pointwise = random_conv({1, 1, 4, 4}, args_of(1, 0, 1), 2);
  const FixedConv2d three = random_conv({3, 3, 4, 4}, args_of(1, 1, 1), 4);
  const std::string zeros = error_of([&] { compose(pointwise, three); });
  CHECK_THAT(zeros, ContainsSubstring("it pads the feature map after a 1x1 convolution with 0 in channel 0"));
  CHECK_THAT(zeros, ContainsSubstring(" there, its bias: they differ at the border; pad only in the first of the two"));
  CHECK_THAT(error_of([&] { compose(three, three); }),
             ContainsSubstring("pads the feature map after a 3x3 convolution with a constant, but a single convolution "
                               "would keep computing"));
  CHECK_THAT(error_of([&] {
               compose(pointwise, random_conv({1, 1, 6, 4}, args_of(1, 0, 1), 4));
             }),
             ContainsSubstring("it takes 6 channels, but the piece before it gives 4"));

  // The refusals are right: one convolution computes something else there.
  const Tensor x = normals({1, 7, 7, 4}, 1);
  for (const FixedConv2d& first : {pointwise, three}) {
    FixedConv2d unpadded = three;
    unpadded.args.padding_h = unpadded.args.padding_w = 0;
    FixedConv2d padded_first = first;
    padded_first.args.padding_h += 1;
    padded_first.args.padding_w += 1;
    const FixedConv2d composed = compose(padded_first, unpadded);
    const FoldDifference wrong = fold_difference(apply(three, apply(first, x)), apply(composed, x));
    CHECK(wrong.border > kMistake * wrong.largest);
    CHECK(wrong.interior <= kFoldTolerance * wrong.largest);
  }
}

TEST_CASE("common_window: kernels of other sizes, paddings, dilations and groups add up", "[layers][fold]") {
  const Tensor x = normals({2, 10, 11, 4}, 1);
  const FixedConv2d three = random_conv({3, 3, 4, 8}, args_of(1, 1, 1), 2);
  check_sum(three, random_conv({1, 1, 4, 8}, args_of(1, 0, 1), 4), x, {3, 3});
  check_sum(three, random_conv({7, 7, 1, 8}, args_of(1, 3, 1, 4), 4), x, {7, 7});
  check_sum(three, random_conv({3, 3, 2, 8}, args_of(1, 2, 2, 2), 4), x, {5, 5});
  check_sum(random_conv({3, 3, 1, 8}, args_of(1, 2, 2, 4), 2), random_conv({3, 3, 2, 8}, args_of(1, 2, 2, 2), 4), x,
            {3, 3});  // both dilated alike: no zeros are inserted
  FixedConv2d row = random_conv({1, 3, 4, 8}, args_of(1, 0, 1), 4);
  FixedConv2d column = random_conv({5, 1, 4, 8}, args_of(1, 0, 1), 6);
  row.args.padding_w = 1;
  column.args.padding_h = 2;
  check_sum(row, column, x, {5, 3});

  // At stride 2 a 2x2 without padding sees the lower right of what a 3x3 with padding 1 sees, on even maps.
  const Tensor even = normals({2, 10, 8, 4}, 1);
  const FixedConv2d two = random_conv({2, 2, 4, 8}, args_of(2, 0, 1), 4);
  check_sum(random_conv({3, 3, 4, 8}, args_of(2, 1, 1), 2), two, even, {3, 3});
  const FixedConv2d two_padded = random_conv({2, 2, 4, 8}, args_of(2, 1, 1), 4);
  check_sum(random_conv({1, 1, 4, 8}, args_of(2, 1, 1), 2), two_padded, even, {2, 2});
}

TEST_CASE("common_window: refuses summands that no one convolution has, naming them", "[layers][fold]") {
  const FixedConv2d three = random_conv({3, 3, 4, 8}, args_of(2, 1, 1), 2);
  CHECK_THAT(refusal_of_sum(three, random_conv({3, 3, 4, 8}, args_of(1, 1, 1), 2)),
             ContainsSubstring("branch b has stride 1 along the rows, branch a has stride 2; a sum needs equal"));
  CHECK_THAT(refusal_of_sum(three, random_conv({3, 3, 4, 6}, args_of(2, 1, 1), 2)),
             ContainsSubstring("branch b maps 4 -> 6 channels, branch a 4 -> 8"));

  // The shifted grid: a 1x1 at stride 2 with padding 1.
  const std::string shifted = refusal_of_sum(three, random_conv({1, 1, 4, 8}, args_of(2, 1, 1), 2));
  CHECK_THAT(shifted, ContainsSubstring("the branches' grids differ along the rows at stride 2: branch a covers "
                                        "3 pixels with padding 1, branch b covers 1 pixel with padding 1"));
  CHECK_THAT(shifted, ContainsSubstring("none for a 1x1 and one for a 3x3"));
  const FixedConv2d padded = random_conv({3, 3, 4, 8}, args_of(1, 1, 1), 2);
  CHECK_THAT(refusal_of_sum(padded, random_conv({3, 3, 4, 8}, args_of(1, 0, 1), 2)), ContainsSubstring("grids differ"));

  FixedConv2d constant = three;
  constant.border = {1, 1, 1, 1};
  CHECK_THAT(refusal_of_sum(three, constant), ContainsSubstring("branch b pads the sum's input with a constant"));
  CHECK_THAT(error_of([&] { rounded(constant); }),
             ContainsSubstring("it pads its input with a constant that is not zero"));
}
