// What is promised of the fast convolutions, over shapes drawn at random:
//
// On whole numbers im2col and the depthwise kernel are the naive convolution to the last bit, and so is F(2x2,3x3)
// where its weights are multiples of 4. On others Winograd's error is at most 4 eps S for F(2x2,3x3), 64 eps S for
// F(4x4,3x3), S = sum |x| |w| of the terms of an output. S is the largest of the result: a tile's outputs share their
// rounding errors, so that one which sees padding alone, whose own S is 0, has those of its neighbours.
// Measured by this test on an x86-64 with AVX-512: 2.7 and 7.7 eps S at most.
//
// With products in bfloat16 im2col and F(2x2,3x3) have the same bits on the same whole numbers, which are exact there.
// On others the error is at most 2.1 2^-8 S for im2col, 4 2^-8 S for F(2x2,3x3) and 24 2^-8 S for F(4x4,3x3): the
// transforms enlarge what their results lose when they are rounded. Measured: 1.1, 2.0 and 11.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "core/conv/conv2d.h"
#include "core/memory.h"
#include "tests/allocators.h"
#include "tests/catch.h"
#include "tests/core/conv/conv2d_cases.h"
#include "tests/same_bits.h"
#include "tests/sanitizers.h"

using namespace onefold;

namespace {

constexpr uint64_t kDraws = repeats(200);

Tensor whole_numbers(const Shape& shape, const Random& random, int64_t multiple = 1) {
  Tensor tensor(shape);
  for (int64_t i = 0; i < tensor.size(); ++i) {
    tensor[i] = static_cast<Real>(multiple * (random.below(static_cast<uint64_t>(i), 17) - 8));
  }
  return tensor;
}

/// Whether more than half of it is zero: equal to anything that forgot to compute.
bool mostly_zeros(const Tensor& tensor) {
  int64_t zeros = 0;
  for (int64_t i = 0; i < tensor.size(); ++i) zeros += tensor[i] == 0;
  return 2 * zeros > tensor.size();
}

/// A convolution with its inputs.
struct Problem {
  Case shape;
  Tensor x, w, dy;

  Conv2dArgs args(ConvAlgorithm algorithm) const {
    Conv2dArgs args = shape.args;
    args.algorithm = algorithm;
    return args;
  }

  Results solve(ConvAlgorithm algorithm) const {
    const Conv2dArgs args = this->args(algorithm);
    return {conv2d(x, w, args), conv2d_backward_input(dy, w, x.shape(), args),
            conv2d_backward_weight(dy, x, w.shape(), args)};
  }
};

/// All that the convolution's functions can write: beside its three results those with something fused to them.
std::vector<Tensor> everything(const Problem& problem, ConvAlgorithm algorithm) {
  const auto& [shape, x, w, dy] = problem;
  const Conv2dArgs args = problem.args(algorithm);
  const Results results = problem.solve(algorithm);
  ChannelStatistics statistics;
  const Tensor y = conv2d_with_statistics(x, w, args, statistics);
  const Tensor activated = conv2d(x, w, args, Tensor::full({w.shape()[3]}, 1), Activation::relu);
  const Tensor sum = conv2d_backward_input(dy, w, x.shape(), args, x.clone());
  return {results.y, results.dx, results.dw, y, statistics.mean, statistics.variance, activated, sum};
}

/// Draws problems with whole numbers. One whose result is mostly zeros is refused, and another drawn; in dx alone zeros
/// may prevail: at a stride beyond the kernel no window reaches most pixels.
class Problems {
 public:
  explicit Problems(uint64_t seed) : random_(seed, 0), seed_(seed) {}

  Problem any() {
    return accepted([this] {
      const int64_t groups = pick({1, 1, 2, 3});
      const int64_t inputs = pick({1, 2, 3, 5, 17}), outputs = pick({1, 2, 5, 9, 19});
      return make_case({pick({1, 1, 2, 3}), pick(kSides), pick(kSides), groups * inputs},
                       {pick(kKernels), pick(kKernels), inputs, groups * outputs}, {pick(kSteps), pick(kSteps)},
                       {pick(kPaddings), pick(kPaddings)}, {pick(kSteps), pick(kSteps)}, groups);
    });
  }

  /// What Winograd covers, at a stride.
  Problem winograd(int64_t stride, int64_t multiple_of_weights = 1) {
    return accepted(
        [this, stride] {
          const int64_t C = pick({1, 3, 16, 17, 20}), K = pick({1, 5, 16, 18});
          return make_case({pick({1, 2, 3}), pick(kSides), pick(kSides), C}, {3, 3, C, K}, {stride, stride},
                           {pick({0, 1, 2}), pick({0, 1, 2})});
        },
        multiple_of_weights);
  }

  int refused() const { return refused_; }

 private:
  static inline const std::vector<int64_t> kSides{1, 2, 3, 5, 7, 8, 9, 12}, kKernels{1, 3, 5, 7}, kSteps{1, 1, 2, 3},
      kPaddings{0, 1, 2, 3};

  int64_t pick(const std::vector<int64_t>& choices) {
    return choices[static_cast<size_t>(random_.below(drawn_++, static_cast<int64_t>(choices.size())))];
  }

  template <class DrawCase>
  Problem accepted(const DrawCase& draw, int64_t multiple_of_weights = 1) {
    for (;;) {
      const Case shape = draw();
      if (!fits(shape)) continue;
      const Random x(seed_, ++stream_), w(seed_, ++stream_), dy(seed_, ++stream_);
      const Problem problem{shape, whole_numbers(shape.x, x), whole_numbers(shape.w, w, multiple_of_weights),
                            whole_numbers(ConvGeometry(shape.x, shape.w, shape.args).y, dy)};
      const Results naive = problem.solve(ConvAlgorithm::naive);
      if (!mostly_zeros(naive.y) && !mostly_zeros(naive.dw) && max_abs(naive.dx) > 0) return problem;
      ++refused_;
    }
  }

  /// Whether the kernel covers no more than the padded image.
  static bool fits(const Case& c) {
    return c.args.dilation_h * (c.w[0] - 1) < c.x[1] + 2 * c.args.padding_h &&
           c.args.dilation_w * (c.w[1] - 1) < c.x[2] + 2 * c.args.padding_w;
  }

  Random random_;
  uint64_t seed_, drawn_ = 0, stream_ = 0;
  int refused_ = 0;
};

/// Says which problem a failed check is about.
std::string text(const Problem& problem, ConvAlgorithm algorithm) {
  const Conv2dArgs& args = problem.shape.args;
  std::string text = name(algorithm) + (", x " + problem.x.shape().text() + ", w " + problem.w.shape().text());
  for (const int64_t number :
       {args.stride_h, args.stride_w, args.padding_h, args.padding_w, args.dilation_h, args.dilation_w, args.groups}) {
    text += " " + std::to_string(number);
  }
  return text;
}

void check_same_bits(const Problem& problem, ConvAlgorithm algorithm) {
  CAPTURE(text(problem, algorithm));
  const Results expected = problem.solve(ConvAlgorithm::naive), got = problem.solve(algorithm);
  CHECK(same_bits(got.y, expected.y));
  CHECK(same_bits(got.dx, expected.dx));
  CHECK(same_bits(got.dw, expected.dw));
}

/// More digits than Real has.
using Wide = std::conditional_t<sizeof(Real) == 4, double, long double>;

/// A tensor's numbers in Wide, and the sum of their terms' magnitudes.
struct WideTensor {
  explicit WideTensor(const Tensor& like) : values(like.to_vector().size()), sums(values.size()) {}
  std::vector<Wide> values, sums;

  void add(int64_t place, Real a, Real b) {
    values[static_cast<size_t>(place)] += Wide{a} * Wide{b};
    sums[static_cast<size_t>(place)] += std::abs(Wide{a} * Wide{b});
  }

  /// The largest error of `got`, in units of S.
  double error(const Tensor& got) const {
    Wide error = 0, S = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      const Wide difference = std::abs(Wide{got[static_cast<int64_t>(i)]} - values[i]);
      error = difference <= error ? error : difference;  // lets a NaN through
      S = std::max(S, sums[i]);
    }
    return static_cast<double>(error / S);
  }
};

/// The largest error of an algorithm's three results, in units of S. The sum over all products of a pixel and a weight
/// is written out once: each belongs to an output, and to both gradients.
double largest_error(const Problem& problem, ConvAlgorithm algorithm) {
  const Results got = problem.solve(algorithm);
  const Shape X = problem.x.shape(), W = problem.w.shape(), Y = problem.dy.shape();
  const Conv2dArgs& args = problem.shape.args;
  WideTensor y(got.y), dx(got.dx), dw(got.dw);
  for (int64_t pixel = 0; pixel < Y.rows(); ++pixel) {
    const int64_t n = pixel / (Y[1] * Y[2]), p = pixel / Y[2] % Y[1], q = pixel % Y[2];
    for (int64_t row = 0; row < W.rows(); ++row) {  // of the weights: r, s, c
      const int64_t h = p * args.stride_h + row / (W[1] * W[2]) - args.padding_h;
      const int64_t v = q * args.stride_w + row / W[2] % W[1] - args.padding_w;
      if (h < 0 || h >= X[1] || v < 0 || v >= X[2]) continue;
      const int64_t from = ((n * X[1] + h) * X[2] + v) * X[3] + row % W[2];
      for (int64_t k = 0; k < W[3]; ++k) {
        const int64_t weight = row * W[3] + k, to = pixel * W[3] + k;
        y.add(to, problem.x[from], problem.w[weight]);
        dx.add(from, problem.dy[to], problem.w[weight]);
        dw.add(weight, problem.x[from], problem.dy[to]);
      }
    }
  }
  return std::max({y.error(got.y), dx.error(got.dx), dw.error(got.dw)});
}

/// The same shape with normal numbers.
Problem with_normals(Problem problem, uint64_t seed) {
  problem.x = random_normal(problem.x.shape(), Random(seed, 0));
  problem.w = random_normal(problem.w.shape(), Random(seed, 1));
  problem.dy = random_normal(problem.dy.shape(), Random(seed, 2));
  return problem;
}

}  // namespace

TEST_CASE("conv2d promise: on whole numbers im2col, depthwise and grouped have the naive convolution's bits",
          "[core]") {
  Problems problems(1);
  int by_groups = 0;
  for (uint64_t i = 0; i < kDraws; ++i) {
    const Problem problem = problems.any();
    check_same_bits(problem, ConvAlgorithm::im2col);
    for (const ConvAlgorithm algorithm :
         {ConvAlgorithm::depthwise, ConvAlgorithm::depthwise_direct, ConvAlgorithm::grouped}) {
      if (!supports(algorithm, {problem.x.shape(), problem.w.shape(), problem.shape.args})) continue;
      check_same_bits(problem, algorithm);
      ++by_groups;
    }
  }
  CHECK(by_groups >= (kSanitized ? 1 : 30));
}

TEST_CASE("conv2d promise: F(2x2,3x3) has them with weights in multiples of 4", "[core]") {
  Problems problems(2);
  for (uint64_t i = 0; i < kDraws; ++i) check_same_bits(problems.winograd(1, 4), ConvAlgorithm::winograd2);
}

TEST_CASE("conv2d promise: F(2x2,3x3) errs by at most 4 eps S, F(4x4,3x3) by 64 eps S", "[core]") {
  Problems problems(3);
  for (uint64_t i = 0; i < kDraws; ++i) {
    const Problem unit = with_normals(problems.winograd(1), i), strided = with_normals(problems.winograd(2), i);
    CAPTURE(text(unit, ConvAlgorithm::automatic), text(strided, ConvAlgorithm::automatic));
    CHECK(largest_error(unit, ConvAlgorithm::winograd2) <= 4 * kRounding);
    CHECK(largest_error(unit, ConvAlgorithm::winograd4) <= 64 * kRounding);
    CHECK(largest_error(strided, ConvAlgorithm::winograd4_stride2) <= 64 * kRounding);
  }
}

TEST_CASE("conv2d promise: in bf16 im2col and F(2x2,3x3) have the naive convolution's bits on such numbers", "[core]") {
  const ProductsIn bf16(Precision::bf16);
  Problems any(5), winograd(6);
  for (uint64_t i = 0; i < kDraws; ++i) {
    check_same_bits(any.any(), ConvAlgorithm::im2col);
    check_same_bits(winograd.winograd(1, 4), ConvAlgorithm::winograd2);
  }
}

TEST_CASE("conv2d promise: in bf16 im2col errs by at most 2.1 2^-8 S, F(2x2,3x3) by 4, F(4x4,3x3) by 24", "[core]") {
  constexpr double kUnit = 1.0 / 256;
  const ProductsIn bf16(Precision::bf16);
  Problems problems(7);
  for (uint64_t i = 0; i < kDraws; ++i) {
    const Problem unit = with_normals(problems.winograd(1), i), strided = with_normals(problems.winograd(2), i);
    CAPTURE(text(unit, ConvAlgorithm::automatic), text(strided, ConvAlgorithm::automatic));
    CHECK(largest_error(unit, ConvAlgorithm::im2col) <= 2.1 * kUnit);
    CHECK(largest_error(unit, ConvAlgorithm::winograd2) <= 4 * kUnit);
    CHECK(largest_error(unit, ConvAlgorithm::winograd4) <= 24 * kUnit);
    CHECK(largest_error(strided, ConvAlgorithm::winograd4_stride2) <= 24 * kUnit);
  }
}

TEST_CASE("conv2d promise: every number of a result is written, and none beside it", "[core]") {
  Problems problems(4);
  for (uint64_t i = 0; i < kDraws; ++i) {
    const ProductsIn precision(i % 2 == 0 ? Precision::real : Precision::bf16);
    const Problem problem = i % 3 == 0 ? problems.any() : problems.winograd(static_cast<int64_t>(i % 3));
    for (const ConvAlgorithm algorithm : kAlgorithms) {
      if (!supports(algorithm, {problem.x.shape(), problem.w.shape(), problem.shape.args})) continue;
      CAPTURE(text(problem, algorithm));
      const std::vector<Tensor> expected = everything(problem, algorithm);
      const BufferGuard guard;
      {
        const Problem guarded{problem.shape, problem.x.clone(), problem.w.clone(), problem.dy.clone()};
        const std::vector<Tensor> got = everything(guarded, algorithm);
        for (size_t each = 0; each < got.size(); ++each) CHECK(same_bits(got[each], expected[each]));
      }
      CHECK(guard.overrun() == 0);
    }
  }
}

TEST_CASE("conv2d promise: a result that is mostly zeros is refused, and another drawn", "[core]") {
  CHECK(mostly_zeros(Tensor::from({3}, {0, 0, 1})));
  CHECK_FALSE(mostly_zeros(Tensor::from({4}, {0, 0, 1, 1})));
  CHECK_FALSE(mostly_zeros(Tensor::from({2}, {-1, 1})));

  Problems problems(1);
  for (uint64_t i = 0; i < kDraws; ++i) CHECK_FALSE(mostly_zeros(problems.any().solve(ConvAlgorithm::naive).y));
  CHECK(problems.refused() > 0);
}
