#include "core/ops/pooling.h"

#include <cmath>
#include <limits>
#include <vector>

#include "core/annex/window_pooling.h"
#include "core/check.h"
#include "core/ops/elementwise.h"
#include "core/random.h"
#include "tests/catch.h"
#include "tests/same_bits.h"

using namespace onefold;

namespace {

constexpr Real kNan = std::numeric_limits<Real>::quiet_NaN();
constexpr Real kInfinity = std::numeric_limits<Real>::infinity();
constexpr double kRounding = std::numeric_limits<Real>::epsilon();

struct Case {
  Shape x;
  Pool2dArgs args;
};

/// Windows that touch, overlap, leave gaps and hang over the edge; channels of one vector, of several, with a rest.
const std::vector<Case> kCases{{{2, 8, 8, 16}, {2, 2, 0}}, {{3, 7, 9, 5}, {3, 2, 1}},  {{1, 5, 4, 33}, {3, 1, 1}},
                               {{2, 6, 6, 1}, {2, 3, 0}},  {{2, 3, 3, 20}, {3, 3, 0}}, {{1, 4, 4, 7}, {1, 1, 0}},
                               {{2, 5, 5, 3}, {4, 2, 2}},  {{0, 4, 4, 3}, {2, 2, 0}}};

/// Calls body(output element, position in x) for every pair of an output element and a number of its window.
template <class Body>
void for_each_pair(const Shape& x, const Pool2dArgs& args, const Body& body) {
  const Shape y = pool2d_output_shape(x, args);
  for (int64_t out = 0; out < y.size(); ++out) {
    const int64_t c = out % y[3], q = out / y[3] % y[2], p = out / (y[3] * y[2]) % y[1], n = out / (y[3] * y[2] * y[1]);
    for (int64_t h = p * args.stride - args.padding; h < p * args.stride - args.padding + args.kernel; ++h) {
      for (int64_t w = q * args.stride - args.padding; w < q * args.stride - args.padding + args.kernel; ++w) {
        if (h >= 0 && h < x[1] && w >= 0 && w < x[2]) body(out, ((n * x[1] + h) * x[2] + w) * x[3] + c);
      }
    }
  }
}

/// The position in x of a place in the window of an output element.
int64_t position_of(Real place, int64_t out, const Case& c) {
  const Shape y = pool2d_output_shape(c.x, c.args);
  const int64_t channel = out % y[3], q = out / y[3] % y[2], p = out / (y[3] * y[2]) % y[1];
  const int64_t n = out / (y[3] * y[2] * y[1]), number = static_cast<int64_t>(place);
  const int64_t h = p * c.args.stride - c.args.padding + number / c.args.kernel;
  const int64_t w = q * c.args.stride - c.args.padding + number % c.args.kernel;
  return ((n * c.x[1] + h) * c.x[2] + w) * c.x[3] + channel;
}

double dot(const Tensor& a, const Tensor& b) { return sum(multiply(a, b)); }

}  // namespace

TEST_CASE("max pooling: the largest of each window, at its first place", "[core]") {
  for (const Case& c : kCases) {
    CAPTURE(c.x.text(), c.args.kernel, c.args.stride, c.args.padding);
    // Whole numbers, so that windows hold their maximum several times; all negative, so that padding would show.
    Tensor x = random_uniform(c.x, Random(1, 0), -5, 0);
    for (int64_t i = 0; i < x.size(); ++i) x[i] = std::floor(x[i]);
    const MaxPoolResult result = max_pool2d_forward(x, c.args);

    Tensor expected = Tensor::full(pool2d_output_shape(c.x, c.args), -kInfinity);
    std::vector<int64_t> places(static_cast<size_t>(expected.size()), -1);
    for_each_pair(c.x, c.args, [&](int64_t out, int64_t place) {
      if (x[place] > expected[out]) {
        expected[out] = x[place];
        places[static_cast<size_t>(out)] = place;
      }
    });
    CHECK(same_bits(result.y, expected));
    for (int64_t out = 0; out < expected.size(); ++out) {
      CHECK(position_of(result.place[out], out, c) == places[static_cast<size_t>(out)]);
    }
  }
}

TEST_CASE("max pooling: a NaN wins, and so does an infinity where there is nothing else", "[core]") {
  for (int64_t place = 0; place < 4; ++place) {
    Tensor x = Tensor::from({1, 2, 2, 1}, {1, 5, 3, 2});
    x[place] = kNan;
    const MaxPoolResult result = max_pool2d_forward(x, {});
    CHECK(std::isnan(result.y[0]));
    CHECK(result.place[0] == static_cast<Real>(place));
  }
  const MaxPoolResult lowest = max_pool2d_forward(Tensor::full({1, 2, 2, 3}, -kInfinity), {});
  CHECK(lowest.y.to_vector() == std::vector<Real>(3, -kInfinity));
  CHECK(lowest.place.to_vector() == std::vector<Real>(3, 0));
}

TEST_CASE("average pooling: the sum of each window over its whole size", "[core]") {
  for (const Case& c : kCases) {
    CAPTURE(c.x.text(), c.args.kernel, c.args.stride, c.args.padding);
    const Tensor x = random_normal(c.x, Random(2, 0));
    std::vector<double> sums(static_cast<size_t>(pool2d_output_shape(c.x, c.args).size()), 0.0);
    for_each_pair(c.x, c.args,
                  [&](int64_t out, int64_t place) { sums[static_cast<size_t>(out)] += static_cast<double>(x[place]); });

    const Tensor y = avg_pool2d_forward(x, c.args);
    REQUIRE(y.size() == static_cast<int64_t>(sums.size()));
    double largest_error = 0;
    for (int64_t i = 0; i < y.size(); ++i) {
      const double expected = sums[static_cast<size_t>(i)] / static_cast<double>(c.args.kernel * c.args.kernel);
      largest_error = std::max(largest_error, std::abs(static_cast<double>(y[i]) - expected));
    }
    CHECK(largest_error <= 8 * kRounding);
  }
}

TEST_CASE("average pooling: padding that does not count leaves constant images as they are", "[core]") {
  for (Case c : kCases) {
    CAPTURE(c.x.text(), c.args.kernel, c.args.stride, c.args.padding);
    const Shape y_shape = pool2d_output_shape(c.x, c.args);
    c.args.count_padding = false;
    CHECK(max_abs_difference(avg_pool2d_forward(Tensor::full(c.x, 3), c.args), Tensor::full(y_shape, 3)) <=
          4 * kRounding);

    // The same sums as with padding that counts, over the pixels inside.
    const Tensor x = random_normal(c.x, Random(7, 0));
    Tensor pixels = Tensor::zeros(y_shape), sums = Tensor::zeros(y_shape);
    for_each_pair(c.x, c.args, [&](int64_t out, int64_t place) {
      pixels[out] += 1;
      sums[out] += x[place];
    });
    for (int64_t i = 0; i < sums.size(); ++i) sums[i] /= pixels[i];
    CHECK(max_abs_difference(avg_pool2d_forward(x, c.args), sums) <= 20 * kRounding);
    const Tensor dy = random_normal(y_shape, Random(7, 1));
    const double tolerance = 10 * kRounding * (1 + static_cast<double>(x.size()));
    CHECK(std::abs(dot(dy, sums) - dot(avg_pool2d_backward(dy, c.x, c.args), x)) <= tolerance);
  }
}

TEST_CASE("pooling: backward is the adjoint of forward", "[core]") {
  // Max pooling is linear as long as the same places win: <dy, max_pool(x)> = <dx, x>.
  for (const Case& c : kCases) {
    CAPTURE(c.x.text(), c.args.kernel, c.args.stride, c.args.padding);
    const Tensor x = random_normal(c.x, Random(3, 0));
    const Tensor dy = random_normal(pool2d_output_shape(c.x, c.args), Random(3, 1));
    const double tolerance = 10 * kRounding * (1 + static_cast<double>(x.size()));

    const MaxPoolResult max = max_pool2d_forward(x, c.args);
    const Tensor max_dx = max_pool2d_backward(dy, max.place, c.x, c.args);
    CHECK(max_dx.shape() == c.x);
    CHECK(std::abs(dot(dy, max.y) - dot(max_dx, x)) <= tolerance);
    CHECK(std::abs(sum(max_dx) - sum(dy)) <= tolerance);

    const Tensor avg_dx = avg_pool2d_backward(dy, c.x, c.args);
    CHECK(avg_dx.shape() == c.x);
    CHECK(std::abs(dot(dy, avg_pool2d_forward(x, c.args)) - dot(avg_dx, x)) <= tolerance);
  }
}

TEST_CASE("average pooling backward: every number of a window gets its share", "[core]") {
  for (const Case& c : kCases) {
    CAPTURE(c.x.text(), c.args.kernel, c.args.stride, c.args.padding);
    // Multiples of the window's size: sums of shares are whole numbers, and so exact.
    Tensor dy = random_uniform(pool2d_output_shape(c.x, c.args), Random(4, 0), -9, 9);
    const Real window = static_cast<Real>(c.args.kernel * c.args.kernel);
    for (int64_t i = 0; i < dy.size(); ++i) dy[i] = window * std::floor(dy[i]);
    Tensor expected = Tensor::zeros(c.x);
    for_each_pair(c.x, c.args, [&](int64_t out, int64_t place) { expected[place] += dy[out] / window; });
    CHECK(max_abs_difference(avg_pool2d_backward(dy, c.x, c.args), expected) <= 40 * kRounding);
  }
}

TEST_CASE("global average pooling: the mean of each map, and its adjoint", "[core]") {
  for (const Shape& shape : {Shape{3, 7, 5, 19}, Shape{2, 1, 1, 4}, Shape{1, 40, 40, 2}, Shape{0, 2, 2, 3}}) {
    CAPTURE(shape.text());
    const Tensor x = random_normal(shape, Random(5, 0)), dy = random_normal({shape[0], shape[3]}, Random(5, 1));
    const Tensor y = global_avg_pool_forward(x);
    REQUIRE(y.shape() == Shape({shape[0], shape[3]}));

    const int64_t pixels = shape[1] * shape[2];
    for (int64_t i = 0; i < y.size(); ++i) {
      double mean = 0;
      for (int64_t pixel = 0; pixel < pixels; ++pixel) {
        mean += static_cast<double>(x[(i / shape[3] * pixels + pixel) * shape[3] + i % shape[3]]);
      }
      mean /= static_cast<double>(pixels);
      CHECK(std::abs(static_cast<double>(y[i]) - mean) <= 4 * kRounding);
    }
    const Tensor dx = global_avg_pool_backward(dy, shape);
    CHECK(dx.shape() == shape);
    CHECK(std::abs(dot(dy, y) - dot(dx, x)) <= 20 * kRounding * (1 + static_cast<double>(dy.size())));
  }
}

TEST_CASE("pooling: the same bits for any number of threads", "[core]") {
  const Tensor x = random_normal({5, 23, 21, 40}, Random(6, 0));
  const Pool2dArgs args{3, 2, 1};
  const Tensor dy = random_normal(pool2d_output_shape(x.shape(), args), Random(6, 1));
  CHECK(same_bits_for_any_threads([&] {
    const MaxPoolResult max = max_pool2d_forward(x, args);
    return std::vector<Tensor>{max.y,
                               max_pool2d_backward(dy, max.place, x.shape(), args),
                               avg_pool2d_forward(x, args),
                               avg_pool2d_backward(dy, x.shape(), args),
                               global_avg_pool_forward(x),
                               global_avg_pool_backward(global_avg_pool_forward(x), x.shape())};
  }));
}

TEST_CASE("pooling: the output's shape is that of PyTorch's formula", "[core]") {
  CHECK(pool2d_output_shape({2, 32, 30, 3}, {2, 2, 0}) == Shape({2, 16, 15, 3}));
  CHECK(pool2d_output_shape({2, 7, 8, 3}, {3, 2, 1}) == Shape({2, 4, 4, 3}));
  CHECK(pool2d_output_shape({2, 7, 7, 3}, {2, 2, 0}) == Shape({2, 3, 3, 3}));
}

TEST_CASE("pooling: what does not fit is named", "[core]") {
  const Shape images{2, 4, 4, 3};
  CHECK_THROWS_WITH(pool2d_output_shape({4, 4, 3}, {}), "pool2d: needs images [N, H, W, C], got [4 4 3]");
  CHECK_THROWS_WITH(pool2d_output_shape(images, {5, 1, 0}),
                    ContainsSubstring("window of 5 x 5 does not fit images [2 4 4 3]"));
  CHECK_THROWS_WITH(pool2d_output_shape(images, {2, 2, 2}),
                    ContainsSubstring("padding 2 must be 0 to half of the kernel 2"));
  CHECK_THROWS_AS(pool2d_output_shape(images, {2, 2, -1}), Error);
  CHECK_THROWS_AS(pool2d_output_shape(images, {0, 1, 0}), Error);
  CHECK_THROWS_AS(pool2d_output_shape(images, {2, 0, 0}), Error);
  CHECK_THROWS_AS(pool2d_output_shape({2, 0, 4, 3}, {2, 2, 1}), Error);
  CHECK_THROWS_AS(max_pool2d_forward(Tensor(), {}), Error);
  CHECK_THROWS_AS(avg_pool2d_forward(Tensor(), {}), Error);
  CHECK_THROWS_AS(global_avg_pool_forward(Tensor::zeros({2, 3})), Error);
  CHECK_THROWS_WITH(global_avg_pool_forward(Tensor::zeros({2, 0, 4, 3})), ContainsSubstring("have no pixels"));

  const Tensor dy = Tensor::zeros({2, 2, 2, 3});
  CHECK_THROWS_WITH(max_pool2d_backward(dy, Tensor::zeros({1, 2}), images, {}),
                    ContainsSubstring("indices [1 2], expected the result's shape [2 2 2 3]"));
  CHECK_THROWS_AS(max_pool2d_backward(dy, dy, {1, 4, 4, 3}, {}), Error);
  CHECK_THROWS_WITH(avg_pool2d_backward(dy, {2, 6, 6, 3}, {}),
                    ContainsSubstring("dy is [2 2 2 3], it needs the result's shape [2 3 3 3]"));
  CHECK_THROWS_AS(global_avg_pool_backward(dy, images), Error);
}
