#include "layers/fold/kernel.h"

#include <numeric>

#include "core/annex/compose_kernels.h"
#include "core/annex/window_pooling.h"
#include "core/conv/conv2d.h"
#include "core/ops/elementwise.h"
#include "core/ops/pooling.h"
#include "layers/calculus/kernel_calculus.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

Tensor normal_values(const Shape& shape, uint64_t stream) { return random_normal(shape, Random(11, stream)); }

Kernel random_kernel(const Shape& shape, uint64_t stream) {
  return {normal_values(shape, stream), normal_values({shape[-1]}, stream + 1)};
}

Tensor apply(const Kernel& kernel, const Tensor& x, const Conv2dArgs& args) {
  return conv2d(x, kernel.weight, args, kernel.bias);
}

FixedBatchNorm random_norm(int64_t channels, uint64_t stream) {
  Tensor variance = normal_values({channels}, stream);
  for (int64_t c = 0; c < channels; ++c) variance[c] = variance[c] * variance[c];
  variance[0] = 0;  // a channel that was constant: eps alone keeps it finite
  return {{normal_values({channels}, stream + 1), variance},
          normal_values({channels}, stream + 2),
          normal_values({channels}, stream + 3),
          Real(1e-5)};
}

}  // namespace

TEST_CASE("fold_batch_norm: equals the convolution and then the batch norm", "[layers][fold]") {
  const Tensor x = normal_values({2, 6, 5, 4}, 1);
  for (const int64_t groups : {1, 2, 4}) {
    const Conv2dArgs args = conv2d_args(1, 1, groups);
    const Kernel kernel = random_kernel({3, 3, 4 / groups, 8}, 2);
    const FixedBatchNorm norm = random_norm(8, 10);
    const Tensor expected =
        batch_norm_forward(apply(kernel, x, args), norm.statistics, norm.gamma, norm.beta, norm.eps);
    CHECK(fold_difference(expected, apply(fold_batch_norm(kernel, norm).rounded(), x, args)).ok());
  }
}

TEST_CASE("pad_kernel: a larger kernel and as much more padding compute the same", "[layers][fold]") {
  const Tensor x = normal_values({2, 6, 7, 4}, 1);
  for (const int64_t stride : {1, 2}) {
    const Kernel pointwise = random_kernel({1, 1, 4, 3}, 2);
    const Tensor expected = apply(pointwise, x, conv2d_args(stride, 0));
    CHECK(fold_difference(expected, apply(pad_kernel(pointwise, 3, 3).rounded(), x, conv2d_args(stride, 1))).ok());
    CHECK(fold_difference(expected, apply(pad_kernel(pointwise, 5, 5).rounded(), x, conv2d_args(stride, 2))).ok());

    const Kernel row = random_kernel({1, 3, 4, 3}, 4);
    Conv2dArgs row_args = conv2d_args(stride, 0);
    row_args.padding_w = 1;
    const Tensor padded = apply(pad_kernel(row, 3, 3).rounded(), x, conv2d_args(stride, 1));
    CHECK(fold_difference(apply(row, x, row_args), padded).ok());
  }
  const Kernel even = random_kernel({2, 2, 1, 1}, 6);
  CHECK_THAT(error_of([&] { pad_kernel(even, 3, 3); }), ContainsSubstring("a 2x2 kernel cannot be centred"));
  CHECK_THAT(error_of([&] { pad_kernel(random_kernel({3, 3, 1, 1}, 6), 1, 1); }), ContainsSubstring("3x3"));
}

TEST_CASE("identity_kernel: changes nothing, for any number of groups", "[layers][fold]") {
  const Tensor x = normal_values({2, 5, 4, 8}, 1);
  for (const int64_t groups : {1, 2, 4, 8}) {
    for (const int64_t side : {1, 3, 5}) {
      const Kernel identity = identity_kernel(8, groups, side, side).rounded();
      CHECK(identity.weight.shape() == Shape{side, side, 8 / groups, 8});
      CHECK(fold_difference(x, apply(identity, x, conv2d_args(1, side / 2, groups))).ok());
    }
  }
  CHECK_THAT(error_of([] { identity_kernel(8, 1, 2, 3); }), ContainsSubstring("2x3 kernel has no centre"));
  CHECK_THAT(error_of([] { identity_kernel(8, 3, 3, 3); }), ContainsSubstring("3 groups must divide 8"));
}

TEST_CASE("add_kernels: the sum of two convolutions is one", "[layers][fold]") {
  const Tensor x = normal_values({2, 6, 5, 4}, 1);
  const Conv2dArgs args = conv2d_args(2, 1, 2);
  const Kernel a = random_kernel({3, 3, 2, 6}, 2), b = random_kernel({3, 3, 2, 6}, 4);
  const Tensor expected = add(apply(a, x, args), apply(b, x, args));
  CHECK(fold_difference(expected, apply(add_kernels({a, b}).rounded(), x, args)).ok());

  CHECK_THAT(error_of([] { add_kernels({}); }), ContainsSubstring("no kernels"));
  CHECK_THAT(error_of([&] {
               add_kernels({a, random_kernel({1, 1, 2, 6}, 2)});
             }),
             ContainsSubstring("[3 3 2 6] and [1 1 2 6] differ"));
}

TEST_CASE("place_kernel: anywhere in a larger window, with as much more padding", "[layers][fold]") {
  // A 2x2 kernel with padding 1 begins one pixel up and left, a 4x3 with its elements from (1, 0) on two.
  const Tensor x = normal_values({2, 6, 7, 4}, 1);
  const Kernel small = random_kernel({2, 2, 4, 3}, 2);
  Conv2dArgs small_args = conv2d_args(1, 1), large_args = conv2d_args(1, 1);
  large_args.padding_h = 2;
  const Tensor expected = apply(small, x, small_args);
  const Tensor got = apply(place_kernel(small, 1, 0, 4, 3).rounded(), x, large_args);
  for (int64_t n = 0; n < 2; ++n) {
    for (int64_t i = 0; i < got.shape()[1] * got.shape()[2] * 3; ++i) {  // the larger window gives a column less
      const int64_t row = i / 3 / got.shape()[2], column = i / 3 % got.shape()[2], k = i % 3;
      const int64_t at = ((n * expected.shape()[1] + row) * expected.shape()[2] + column) * 3 + k;
      CHECK(std::abs(double{got[n * got.shape()[1] * got.shape()[2] * 3 + i] - expected[at]}) <= kFoldTolerance * 10);
    }
  }
  CHECK_THAT(error_of([&] { place_kernel(small, 2, 2, 3, 4); }), ContainsSubstring("at (2, 2) does not fit"));
}

TEST_CASE("dilate_kernel: zeros between the elements stand for the dilation", "[layers][fold]") {
  const Tensor x = normal_values({2, 9, 8, 4}, 1);
  const Kernel kernel = random_kernel({3, 2, 4, 3}, 2);
  Conv2dArgs dilated = conv2d_args(2, 2), plain = dilated;
  dilated.dilation_h = 2;
  dilated.dilation_w = 3;
  const DoubleKernel spread = dilate_kernel(kernel, 2, 3);
  CHECK(spread.shape == Shape{5, 4, 4, 3});
  CHECK(fold_difference(apply(kernel, x, dilated), apply(spread.rounded(), x, plain)).ok());
  CHECK_THAT(error_of([&] { dilate_kernel(kernel, 0, 1); }), ContainsSubstring("dilation 0x1"));
}

TEST_CASE("regroup_kernel: fewer groups and zeros compute the same", "[layers][fold]") {
  const Tensor x = normal_values({2, 5, 6, 8}, 1);
  for (const int64_t groups : {1, 2, 4, 8}) {
    const Kernel kernel = random_kernel({3, 3, 8 / groups, 16}, 2);
    for (int64_t fewer = 1; fewer <= groups; fewer *= 2) {
      const DoubleKernel regrouped = regroup_kernel(kernel, groups, fewer);
      CHECK(regrouped.shape == Shape{3, 3, 8 / fewer, 16});
      CHECK(fold_difference(apply(kernel, x, conv2d_args(1, 1, groups)),
                            apply(regrouped.rounded(), x, conv2d_args(1, 1, fewer)))
                .ok());
    }
  }
  CHECK_THAT(error_of([] {
               regroup_kernel(DoubleKernel(Shape{1, 1, 2, 4}), 2, 4);
             }),
             ContainsSubstring("2 groups as 4"));
}

TEST_CASE("average_kernel: the mean of a window, its padding counted as zeros", "[layers][fold]") {
  const Tensor x = normal_values({2, 6, 7, 4}, 1);
  for (const Pool2dArgs& args : {Pool2dArgs{2, 2, 0}, Pool2dArgs{3, 1, 1}, Pool2dArgs{3, 2, 1}, Pool2dArgs{5, 1, 2}}) {
    const Kernel average = average_kernel(4, args.kernel, args.kernel).rounded();
    const Tensor got = apply(average, x, conv2d_args(args.stride, args.padding, 4));
    CHECK(fold_difference(avg_pool2d_forward(x, args), got).ok());
  }
  CHECK_THAT(error_of([] { average_kernel(4, 0, 2); }), ContainsSubstring("a window of 0x2"));
}

TEST_CASE("compose_kernels: one convolution after another is one, and the trained composition has the same kernel",
          "[layers][fold]") {
  const Tensor x = normal_values({2, 12, 13, 8}, 1);
  for (const int64_t first_groups : {1, 2, 4, 8}) {
    for (const int64_t second_groups : {1, 2, 3, 6}) {
      for (const int64_t stride : {1, 2}) {
        const Kernel first = random_kernel({3, 2, 8 / first_groups, 24}, 2);
        const Kernel second = random_kernel({2, 3, 24 / second_groups, 12}, 4);
        const int64_t groups = std::gcd(first_groups, second_groups);
        const DoubleKernel composed = compose_kernels(first, first_groups, stride, stride, second, second_groups);
        CHECK(composed.shape == Shape{stride + 3, 2 * stride + 2, 8 / groups, 12});
        const Tensor expected =
            apply(second, apply(first, x, conv2d_args(stride, 0, first_groups)), conv2d_args(1, 0, second_groups));
        CHECK(fold_difference(expected, apply(composed.rounded(), x, conv2d_args(stride, 0, groups))).ok());
        const ComposeArgs args{first_groups, second_groups, stride, stride};
        const Tensor trained = compose_kernels_forward(first.weight, second.weight, args);
        CHECK(relative_difference(composed.rounded().weight, trained) <= kFoldTolerance);
      }
    }
  }
  CHECK_THAT(error_of([] {
               compose_kernels(DoubleKernel(Shape{1, 1, 2, 4}), 1, 1, 1, DoubleKernel(Shape{1, 1, 3, 4}), 1);
             }),
             ContainsSubstring("4 channels come out of the first convolution, 3 go into the second"));
}

TEST_CASE("kernels: a fold rounds once, at its end", "[layers][fold]") {
  // Each small summand alone vanishes beside 1 in float; the three together do not.
  const auto number = [](double value) {
    DoubleKernel kernel(Shape{1, 1, 1, 1});
    kernel.weight[0] = kernel.bias[0] = value;
    return kernel;
  };
  const double small = std::ldexp(1.0, -25);
  const Kernel sum = add_kernels({number(1), number(small), number(small), number(small)}).rounded();
  CHECK(sum.weight[0] == static_cast<Real>(1 + 3 * small));
  CHECK(sum.weight[0] > 1);
  CHECK(sum.bias[0] == sum.weight[0]);
}

TEST_CASE("kernels: what does not fit is refused", "[layers][fold]") {
  const Kernel kernel = random_kernel({3, 3, 2, 4}, 2);
  CHECK_THAT(error_of([&] { fold_batch_norm(kernel, random_norm(5, 1)); }), ContainsSubstring("batch norm of [5]"));
  FixedBatchNorm negative = random_norm(4, 1);
  negative.statistics.variance[2] = Real(-0.5);
  CHECK_THAT(error_of([&] { fold_batch_norm(kernel, negative); }), ContainsSubstring("variance of channel 2 is -0.5"));
  CHECK_THAT(error_of([&] { DoubleKernel(Kernel{kernel.weight, Tensor::zeros({3})}); }), ContainsSubstring("bias [3]"));
  CHECK_THAT(error_of([] { DoubleKernel(Shape{3, 3}); }), ContainsSubstring("must be [R S C/groups K]"));

  DoubleKernel huge(Shape{1, 1, 1, 1});
  huge.weight[0] = 1e300 * 1e300;
  CHECK_THAT(error_of([&] { huge.rounded(); }), ContainsSubstring("out of the range of a kernel"));
}
