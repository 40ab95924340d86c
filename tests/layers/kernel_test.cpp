#include "layers/reparam/kernel.h"

#include "core/conv2d.h"
#include "core/elementwise.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

Tensor normals(const Shape& shape, uint64_t stream) { return random_normal(shape, Random(11, stream)); }

Kernel random_kernel(const Shape& shape, uint64_t stream) {
  return {normals(shape, stream), normals({shape[-1]}, stream + 1)};
}

Tensor apply(const Kernel& kernel, const Tensor& x, const Conv2dArgs& args) {
  return conv2d(x, kernel.weight, args, kernel.bias);
}

FixedBatchNorm random_norm(int64_t channels, uint64_t stream) {
  Tensor variance = normals({channels}, stream);
  for (int64_t c = 0; c < channels; ++c) variance[c] = variance[c] * variance[c];
  variance[0] = 0;  // a channel that was constant: eps alone keeps it finite
  return {{normals({channels}, stream + 1), variance}, normals({channels}, stream + 2), normals({channels}, stream + 3),
          Real(1e-5)};
}

}  // namespace

TEST_CASE("fold_batch_norm: equals the convolution and then the batch norm", "[layers][fold]") {
  const Tensor x = normals({2, 6, 5, 4}, 1);
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
  const Tensor x = normals({2, 6, 7, 4}, 1);
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
  CHECK_THAT(error_of([&] { pad_kernel(even, 3, 3); }), ContainsSubstring("a 2x2 kernel cannot stand in the middle"));
  CHECK_THAT(error_of([&] { pad_kernel(random_kernel({3, 3, 1, 1}, 6), 1, 1); }), ContainsSubstring("3x3"));
}

TEST_CASE("identity_kernel: changes nothing, for any number of groups", "[layers][fold]") {
  const Tensor x = normals({2, 5, 4, 8}, 1);
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
  const Tensor x = normals({2, 6, 5, 4}, 1);
  const Conv2dArgs args = conv2d_args(2, 1, 2);
  const Kernel a = random_kernel({3, 3, 2, 6}, 2), b = random_kernel({3, 3, 2, 6}, 4);
  const Tensor expected = add(apply(a, x, args), apply(b, x, args));
  CHECK(fold_difference(expected, apply(add_kernels({a, b}).rounded(), x, args)).ok());

  CHECK_THAT(error_of([] { add_kernels({}); }), ContainsSubstring("no kernels"));
  CHECK_THAT(error_of([&] { add_kernels({a, random_kernel({1, 1, 2, 6}, 2)}); }),
             ContainsSubstring("[3 3 2 6] and [1 1 2 6] differ"));
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
  CHECK_THAT(error_of([&] { huge.rounded(); }), ContainsSubstring("beyond what a kernel can hold"));
}
