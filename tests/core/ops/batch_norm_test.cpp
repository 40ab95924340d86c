#include "core/ops/batch_norm.h"

#include <cmath>
#include <limits>
#include <vector>

#include "core/check.h"
#include "core/ops/elementwise.h"
#include "core/random.h"
#include "tests/catch.h"
#include "tests/same_bits.h"

using namespace onefold;

namespace {

constexpr double kRounding = std::numeric_limits<Real>::epsilon();
constexpr Real kEps = Real(1e-5);

/// Sums run in double: what they lose does not show in a float, but does in a double.
constexpr bool kInFloat = sizeof(Real) < sizeof(double);

const std::vector<Shape> kShapes{{3, 5, 4, 17}, {2, 8, 8, 32}, {1, 3}, {7}, {3000, 16}, {130, 40}};

struct Statistics {
  std::vector<long double> mean, variance;
};

/// The definition: first the means, then the mean squares of what deviates from them. More digits than the kernel has.
Statistics two_pass_statistics(const Tensor& x) {
  const int64_t rows = x.shape().rows(), channels = x.shape()[-1];
  const std::vector<long double> zeros(static_cast<size_t>(channels), 0);
  Statistics s{zeros, zeros};
  for (int64_t i = 0; i < x.size(); ++i) s.mean[static_cast<size_t>(i % channels)] += x[i];
  for (long double& mean : s.mean) mean /= rows;
  for (int64_t i = 0; i < x.size(); ++i) {
    const size_t c = static_cast<size_t>(i % channels);
    s.variance[c] += (x[i] - s.mean[c]) * (x[i] - s.mean[c]);
  }
  for (long double& variance : s.variance) variance /= rows;
  return s;
}

bool close(const Tensor& got, const Tensor& expected, double roundings = 20) {
  const double largest = static_cast<double>(max_abs(expected));
  return static_cast<double>(max_abs_difference(got, expected)) <= roundings * kRounding * (1 + largest);
}

/// One number of a statistic against its reference, relatively.
Approx about(long double expected, double roundings) {
  return Approx(static_cast<double>(expected)).epsilon(roundings * kRounding).margin(0);
}

double number(const Tensor& x, int64_t i) { return static_cast<double>(x[i]); }

}  // namespace

TEST_CASE("channel statistics: equal to two-pass sums in double", "[core]") {
  for (const Shape& shape : kShapes) {
    CAPTURE(shape.text());
    constexpr double kRoundings = kInFloat ? 2 : 100;
    const Tensor x = add_bias_forward(random_normal(shape, Random(1, 0), 3), random_normal({shape[-1]}, Random(1, 1)));
    const ChannelStatistics got = channel_statistics(x);
    const Statistics expected = two_pass_statistics(x);
    for (int64_t c = 0; c < shape[-1]; ++c) {
      const Approx mean = about(expected.mean[static_cast<size_t>(c)], kRoundings);
      CHECK(number(got.mean, c) == Approx(mean).margin(kRoundings * kRounding));
      CHECK(number(got.variance, c) == about(expected.variance[static_cast<size_t>(c)], kRoundings));
    }
  }
}

TEST_CASE("channel statistics: a deviation of 0.01 survives a mean of 1000", "[core]") {
  // The data as Real holds it, so that the expected values are those of the very same numbers.
  constexpr int64_t kRows = 20000, kChannels = 18;
  const Tensor deviations = random_normal({kRows, kChannels}, Random(2, 0), 0.01);
  const Tensor x = add_bias_forward(deviations, Tensor::full({kChannels}, 1000));
  const ChannelStatistics got = channel_statistics(x);
  const Statistics expected = two_pass_statistics(x);
  for (int64_t c = 0; c < kChannels; ++c) {
    CHECK(number(got.mean, c) == about(expected.mean[static_cast<size_t>(c)], 2));
    CHECK(number(got.variance, c) == about(expected.variance[static_cast<size_t>(c)], kInFloat ? 2 : 1000));
    CHECK(number(got.variance, c) == Approx(1e-4).epsilon(0.1));
  }

  // The textbook's E[x^2] - E[x]^2, in Real, finds nothing there.
  if (kInFloat) {
    Real sum = 0, squares = 0;
    for (int64_t row = 0; row < kRows; ++row) {
      sum += x[row * kChannels];
      squares += x[row * kChannels] * x[row * kChannels];
    }
    const Real mean = sum / kRows;
    CHECK(std::abs(static_cast<double>(squares / kRows - mean * mean) / 1e-4 - 1) > 10);
  }
}

TEST_CASE("channel statistics: an outlier in the first row does no harm", "[core]") {
  constexpr int64_t kRows = 20000;
  Tensor x = random_normal({kRows, 2}, Random(3, 0), 0.01);
  x[0] = 1000;
  const ChannelStatistics got = channel_statistics(x);
  const Statistics expected = two_pass_statistics(x);
  for (int64_t c = 0; c < 2; ++c) {
    CHECK(number(got.variance, c) == about(expected.variance[static_cast<size_t>(c)], kInFloat ? 2 : 1e6));
  }
}

TEST_CASE("channel statistics: constant channels have variance zero, a NaN is seen", "[core]") {
  Tensor x = Tensor::full({5000, 3}, Real(0.1));
  CHECK(channel_statistics(x).variance.to_vector() == std::vector<Real>{0, 0, 0});
  x[4000 * 3 + 1] = std::numeric_limits<Real>::quiet_NaN();
  const ChannelStatistics broken = channel_statistics(x);
  CHECK(std::isnan(broken.mean[1]));
  CHECK(std::isnan(broken.variance[1]));
  CHECK(broken.variance[0] == 0);
}

TEST_CASE("batch norm: with its own statistics, every channel has mean beta and deviation gamma", "[core]") {
  const Tensor x = random_normal({4, 9, 9, 21}, Random(4, 0), 5);
  const Tensor gamma = random_uniform({21}, Random(4, 1), 0.5, 2), beta = random_normal({21}, Random(4, 2));
  const ChannelStatistics of_y = channel_statistics(batch_norm_forward(x, channel_statistics(x), gamma, beta, 0));
  CHECK(close(of_y.mean, beta));
  CHECK(close(of_y.variance, multiply(gamma, gamma)));
}

TEST_CASE("batch norm backward: the formulas of the header, for any number of rows and channels", "[core]") {
  for (const Shape& shape : kShapes) {
    CAPTURE(shape.text());
    const int64_t rows = shape.rows(), channels = shape[-1];
    const Tensor x = random_normal(shape, Random(5, 0)), dy = random_normal(shape, Random(5, 1));
    const Tensor gamma = random_normal({channels}, Random(5, 2));
    const Tensor mean = random_normal({channels}, Random(5, 3));
    const ChannelStatistics statistics{mean, random_uniform({channels}, Random(5, 4), 0.5, 2)};

    // xhat and 1 / sigma are what the forward kernel makes of x and of mean + 1, with gamma 1 and beta 0.
    const Tensor ones = Tensor::full({channels}, 1), zeros = Tensor::zeros({channels});
    const Tensor xhat = batch_norm_forward(x, statistics, ones, zeros, kEps);
    const Tensor inverse = batch_norm_forward(add(mean, ones), statistics, ones, zeros, kEps);
    const auto times_channels = [&](const Tensor& t, const Tensor& factors) {
      return multiply(t, add_bias_forward(Tensor::zeros(shape), factors));
    };
    const Tensor dgamma = sum_rows(multiply(dy, xhat)), dbeta = sum_rows(dy);
    const Real share = 1 / static_cast<Real>(rows);
    const double roundings = 20 + static_cast<double>(rows) / 10;

    const BatchNormGrads fixed = batch_norm_backward_fixed(dy, x, statistics, gamma, kEps);
    CHECK(close(fixed.dgamma, dgamma, roundings));
    CHECK(close(fixed.dbeta, dbeta, roundings));
    CHECK(close(fixed.dx, times_channels(dy, multiply(gamma, inverse))));

    const BatchNormGrads grads = batch_norm_backward(dy, x, statistics, gamma, kEps);
    CHECK(same_bits(grads.dgamma, fixed.dgamma));
    CHECK(same_bits(grads.dbeta, fixed.dbeta));
    const Tensor dy_centred = add_bias_forward(dy, scale(dbeta, -share));
    const Tensor centred = subtract(dy_centred, times_channels(xhat, scale(dgamma, share)));
    CHECK(close(grads.dx, times_channels(centred, multiply(gamma, inverse))));
    CHECK(max_abs(fixed.dx) > 0);
  }
}

TEST_CASE("batch norm: the same bits for any number of threads", "[core]") {
  const Tensor x = random_normal({2000, 70}, Random(6, 0)), dy = random_normal({2000, 70}, Random(6, 1));
  const Tensor gamma = random_normal({70}, Random(6, 2)), beta = random_normal({70}, Random(6, 3));
  CHECK(same_bits_for_any_threads([&] {
    const ChannelStatistics s = channel_statistics(x);
    const BatchNormGrads grads = batch_norm_backward(dy, x, s, gamma, kEps);
    const Tensor y = batch_norm_forward(x, s, gamma, beta, kEps);
    return std::vector<Tensor>{s.mean, s.variance, y, grads.dx, grads.dgamma, grads.dbeta};
  }));
}

TEST_CASE("batch norm: what does not fit is named", "[core]") {
  const Tensor x = Tensor::zeros({2, 3}), three = Tensor::zeros({3}), two = Tensor::zeros({2});
  const ChannelStatistics fitting{three, three};
  CHECK_THROWS_WITH(channel_statistics(Tensor::zeros({0, 3})), ContainsSubstring("[0 3] has no rows"));
  CHECK_THROWS_AS(channel_statistics(Tensor()), Error);
  CHECK_THROWS_AS(channel_statistics(Tensor::zeros({})), Error);
  CHECK_THROWS_WITH(batch_norm_forward(x, {two, three}, three, three, kEps),
                    "batch_norm: mean is [2], x [2 3] needs [3]");
  CHECK_THROWS_WITH(batch_norm_forward(x, {three, two}, three, three, kEps), ContainsSubstring("variance is [2]"));
  CHECK_THROWS_WITH(batch_norm_forward(x, fitting, two, three, kEps), ContainsSubstring("gamma is [2]"));
  CHECK_THROWS_WITH(batch_norm_forward(x, fitting, three, Tensor(), kEps), ContainsSubstring("beta is undefined"));
  CHECK_THROWS_WITH(batch_norm_backward(two, x, fitting, three, kEps),
                    ContainsSubstring("dy is [2], it needs x's shape [2 3]"));
  CHECK_THROWS_AS(batch_norm_backward_fixed(Tensor(), x, fitting, three, kEps), Error);
}
