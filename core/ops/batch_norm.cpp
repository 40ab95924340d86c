#include "core/ops/batch_norm.h"

#include <cmath>
#include <vector>

#include "core/check.h"
#include "core/vector_loop.h"

// Legend: a row is one pixel's C channels; sigma = sqrt(variance + eps), xhat = (x - mean) / sigma.

namespace onefold {

namespace {

void check_rows(const char* kernel, const Tensor& x) {
  check(x.defined() && x.shape().rank() >= 1 && x.shape()[-1] >= 1, kernel,
        ": needs a tensor [..., C] with C >= 1, got ", x.defined() ? x.shape().text() : "none");
}

void check_channels(const char* kernel, const char* what, const Tensor& tensor, const Tensor& x) {
  check(tensor.defined() && tensor.shape() == Shape{x.shape()[-1]}, kernel, ": ", what, " is ",
        tensor.defined() ? tensor.shape().text() : "undefined", ", x ", x.shape(), " needs [", x.shape()[-1], "]");
}

void check_operands(const char* kernel, const Tensor& x, const ChannelStatistics& statistics, const Tensor& gamma) {
  check_rows(kernel, x);
  check_channels(kernel, "mean", statistics.mean, x);
  check_channels(kernel, "variance", statistics.variance, x);
  check_channels(kernel, "gamma", gamma, x);
}

void check_gradient(const Tensor& dy, const Tensor& x) {
  check(dy.defined() && dy.shape() == x.shape(), "batch_norm_backward: dy is ",
        dy.defined() ? dy.shape().text() : "undefined", ", it needs x's shape ", x.shape());
}

/// 1 / sigma of each channel.
std::vector<Real> inverse_deviations(const Tensor& variance, Real eps) {
  std::vector<Real> inverse(static_cast<size_t>(variance.size()));
  for (size_t c = 0; c < inverse.size(); ++c) inverse[c] = 1 / std::sqrt(variance[static_cast<int64_t>(c)] + eps);
  return inverse;
}

/// sums[c] += sum of x - shift, squares[c] += sum of (x - shift)^2, over rows of C elements.
void add_shifted_sums(const Real* __restrict x, int64_t rows, int64_t channels, const double* __restrict shift,
                      double* __restrict sums, double* __restrict squares) {
  const auto difference = [=](int64_t row, int64_t c) { return static_cast<double>(x[row * channels + c]) - shift[c]; };
  int64_t row = 0;
  // Four rows at a time, so that each sum is read and written once for four rows; the compiler vectorizes over c.
  for (; row + 4 <= rows; row += 4) {
    for (int64_t c = 0; c < channels; ++c) {
      const double d0 = difference(row, c), d1 = difference(row + 1, c);
      const double d2 = difference(row + 2, c), d3 = difference(row + 3, c);
      sums[c] += (d0 + d1) + (d2 + d3);
      squares[c] += (d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3);
    }
  }
  for (; row < rows; ++row) {
    for (int64_t c = 0; c < channels; ++c) {
      const double d = difference(row, c);
      sums[c] += d;
      squares[c] += d * d;
    }
  }
}

/// The two sums that all batch norm gradients need: sum of dy, then sum of dy (x - mean), C values each.
std::vector<double> gradient_sums(const Tensor& dy, const Tensor& x, const Tensor& mean) {
  const int64_t rows = x.shape().rows(), channels = x.shape()[-1];
  const Real* means = mean.data();
  return ordered_sums(rows, rows_per_sum(channels), 2 * channels, [&](int64_t begin, int64_t end, double* sums) {
    for (int64_t row = begin; row < end; row += kRunRows) {
      const int64_t run_rows = std::min(kRunRows, end - row);
      const Real* dys = dy.data() + row * channels;
      const Real* xs = x.data() + row * channels;
      for_each_vector(0, channels, [=](int64_t c, auto lanes) {
        const Vec center = lanes.load(means + c);
        Vec sum{}, product{};
        for (int64_t i = c; i < c + run_rows * channels; i += channels) {
          const Vec g = lanes.load(dys + i);
          sum += g;
          product += g * (lanes.load(xs + i) - center);
        }
        lanes.add_to(sums + c, sum);
        lanes.add_to(sums + channels + c, product);
      });
    }
  });
}

/// dbeta = sum dy and dgamma = sum dy xhat, from gradient_sums().
BatchNormGrads affine_grads(const std::vector<double>& sums, const std::vector<Real>& inverse) {
  const int64_t channels = static_cast<int64_t>(inverse.size());
  BatchNormGrads grads{{}, Tensor({channels}), Tensor({channels})};
  for (int64_t c = 0; c < channels; ++c) {
    grads.dbeta[c] = static_cast<Real>(sums[static_cast<size_t>(c)]);
    const double sum = sums[static_cast<size_t>(channels + c)];
    grads.dgamma[c] = static_cast<Real>(sum * static_cast<double>(inverse[static_cast<size_t>(c)]));
  }
  return grads;
}

}  // namespace

ChannelStatistics channel_statistics(const Tensor& x) {
  check_rows("channel_statistics", x);
  const int64_t rows = x.shape().rows(), channels = x.shape()[-1];
  check(rows >= 1, "channel_statistics: ", x.shape(), " has no rows to take a mean of; pass at least one image");

  // [channel-statistics]
  // E[x^2] - E[x]^2 cancels if the mean is large compared with the std. So sum x - shift in double, with the channel's
  // first value as the shift: then nothing is left to cancel. Even if that value is an outlier at distance D, the
  // variance is at least about D^2 / rows, and double has digits to spare.
  const std::vector<double> shift(x.data(), x.data() + channels);
  const std::vector<double> sums =
      ordered_sums(rows, rows_per_sum(channels), 2 * channels, [&](int64_t begin, int64_t end, double* share) {
        add_shifted_sums(x.data() + begin * channels, end - begin, channels, shift.data(), share, share + channels);
      });
  // [/channel-statistics]

  ChannelStatistics statistics{Tensor({channels}), Tensor({channels})};
  for (int64_t c = 0; c < channels; ++c) {
    const double mean = sums[static_cast<size_t>(c)] / static_cast<double>(rows);
    const double mean_square = sums[static_cast<size_t>(channels + c)] / static_cast<double>(rows);
    statistics.mean[c] = static_cast<Real>(shift[static_cast<size_t>(c)] + mean);
    // Rounding must not make it negative; written so that a NaN stays a NaN.
    const double variance = mean_square - mean * mean;
    statistics.variance[c] = static_cast<Real>(variance < 0 ? 0 : variance);
  }
  return statistics;
}

Tensor batch_norm_forward(const Tensor& x, const ChannelStatistics& statistics, const Tensor& gamma, const Tensor& beta,
                          Real eps) {
  check_operands("batch_norm", x, statistics, gamma);
  check_channels("batch_norm", "beta", beta, x);
  const int64_t channels = x.shape()[-1];
  std::vector<Real> factor = inverse_deviations(statistics.variance, eps);
  for (int64_t c = 0; c < channels; ++c) factor[static_cast<size_t>(c)] *= gamma[c];

  Tensor y(x.shape());
  parallel_rows(x.shape().rows(), channels,
                [xs = x.data(), ys = y.data(), means = statistics.mean.data(), factors = factor.data(),
                 betas = beta.data()](int64_t i, int64_t c, auto lanes) {
                  // Subtract before scaling: the difference of two close values is exact.
                  const Vec centred = lanes.load(xs + i) - lanes.load(means + c);
                  lanes.store(ys + i, centred * lanes.load(factors + c) + lanes.load(betas + c));
                });
  return y;
}

BatchNormGrads batch_norm_backward(const Tensor& dy, const Tensor& x, const ChannelStatistics& statistics,
                                   const Tensor& gamma, Real eps) {
  check_operands("batch_norm_backward", x, statistics, gamma);
  check_gradient(dy, x);
  const int64_t rows = x.shape().rows(), channels = x.shape()[-1];
  const std::vector<Real> inverse = inverse_deviations(statistics.variance, eps);
  const std::vector<double> sums = gradient_sums(dy, x, statistics.mean);
  BatchNormGrads grads = affine_grads(sums, inverse);

  // dx = factor (dy - dy_mean - (x - mean) slope), where (x - mean) slope = xhat mean(dy xhat).
  std::vector<Real> factor(inverse), dy_mean(inverse), slope(inverse);
  for (size_t c = 0; c < inverse.size(); ++c) {
    factor[c] = inverse[c] * gamma[static_cast<int64_t>(c)];
    dy_mean[c] = static_cast<Real>(sums[c] / static_cast<double>(rows));
    slope[c] = static_cast<Real>(sums[inverse.size() + c] / static_cast<double>(rows)) * inverse[c] * inverse[c];
  }

  grads.dx = Tensor(x.shape());
  parallel_rows(
      rows, channels,
      [dys = dy.data(), xs = x.data(), dxs = grads.dx.data(), means = statistics.mean.data(), factors = factor.data(),
       dy_means = dy_mean.data(), slopes = slope.data()](int64_t i, int64_t c, auto lanes) {
        const Vec centred = lanes.load(xs + i) - lanes.load(means + c);
        const Vec g = lanes.load(dys + i) - lanes.load(dy_means + c) - centred * lanes.load(slopes + c);
        lanes.store(dxs + i, lanes.load(factors + c) * g);
      });
  return grads;
}

BatchNormGrads batch_norm_backward_fixed(const Tensor& dy, const Tensor& x, const ChannelStatistics& statistics,
                                         const Tensor& gamma, Real eps) {
  check_operands("batch_norm_backward", x, statistics, gamma);
  check_gradient(dy, x);
  const int64_t channels = x.shape()[-1];
  std::vector<Real> factor = inverse_deviations(statistics.variance, eps);
  BatchNormGrads grads = affine_grads(gradient_sums(dy, x, statistics.mean), factor);
  for (int64_t c = 0; c < channels; ++c) factor[static_cast<size_t>(c)] *= gamma[c];

  grads.dx = Tensor(x.shape());
  parallel_rows(x.shape().rows(), channels,
                [dys = dy.data(), dxs = grads.dx.data(), factors = factor.data()](int64_t i, int64_t c, auto lanes) {
                  lanes.store(dxs + i, lanes.load(dys + i) * lanes.load(factors + c));
                });
  return grads;
}

}  // namespace onefold
