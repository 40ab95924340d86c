#include "core/annex/quantization.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/parallel.h"

// Legend: x a value, q the integer that represents it; K channels, the last axis.

namespace onefold {

namespace {

constexpr int64_t kGrain = 1 << 14;  // elements per range of a parallel loop

void check_number(const Tensor& x, int64_t i) {
  check(std::isfinite(x[i]), "quantization: ", x.shape(), " has ", x[i], " at element ", i,
        "; no grid can represent it, find out where it comes from");
}

void check_bits(int bits) { check(bits >= 2 && bits <= 16, "quantization: got ", bits, " bits, choose 2 to 16"); }

// [fake-quantize]
Real nearest(Real x, const QuantizationGrid& grid) {
  const auto zero = static_cast<double>(grid.zero_point);
  const double q = std::nearbyint(double{x} / grid.scale) + zero;  // ties to even, the processor's own rounding
  const double kept = std::clamp(q, static_cast<double>(grid.lowest), static_cast<double>(grid.highest));
  return static_cast<Real>(grid.scale * (kept - zero));
}
// [/fake-quantize]

}  // namespace

NumberRange number_range(const std::vector<Tensor>& parts, double coverage) {
  check(coverage > 0 && coverage <= 1, "quantization: got a coverage of ", coverage, ", choose above 0 and at most 1");
  std::vector<Real> numbers;
  for (const Tensor& part : parts) {
    for (int64_t i = 0; i < part.size(); ++i) check_number(part, i);
    if (part.defined()) numbers.insert(numbers.end(), part.data(), part.data() + part.size());
  }
  check(!numbers.empty(), "quantization: no values to take a range of; pass at least one");

  // Slightly more, so that a coverage of 0.9 drops 5 of 100 values at either end, not 4.99... rounded down.
  const double share = (1 - coverage) / 2 * static_cast<double>(numbers.size()) * (1 + 1e-12);
  const auto left_out = std::min(static_cast<std::ptrdiff_t>(share), (std::ssize(numbers) - 1) / 2);
  const auto low = numbers.begin() + left_out, high = numbers.end() - 1 - left_out;
  std::nth_element(numbers.begin(), low, numbers.end());
  const double lowest = double{*low};
  std::nth_element(low, high, numbers.end());
  return {std::min(0.0, lowest), std::max(0.0, double{*high})};
}

std::vector<NumberRange> channel_ranges(const Tensor& x) {
  check(x.size() > 0, "quantization: no values to take ranges of; pass at least one");
  const int64_t K = x.shape()[-1];
  std::vector<NumberRange> ranges(static_cast<size_t>(K));
  for (int64_t i = 0; i < x.size(); ++i) {
    check_number(x, i);
    NumberRange& range = ranges[static_cast<size_t>(i % K)];
    range.low = std::min(range.low, double{x[i]});
    range.high = std::max(range.high, double{x[i]});
  }
  return ranges;
}

// [grids]
QuantizationGrid symmetric_grid(const NumberRange& range, int bits) {
  check_bits(bits);
  const int64_t highest = (int64_t{1} << (bits - 1)) - 1;
  const double largest = std::max(-range.low, range.high);
  const double scale = largest > 0 ? largest / static_cast<double>(highest) : 1;
  return {scale, 0, -highest, highest};
}

QuantizationGrid asymmetric_grid(const NumberRange& range, int bits) {
  check_bits(bits);
  const int64_t highest = (int64_t{1} << bits) - 1;
  const double width = range.high - range.low;
  const double scale = width > 0 ? width / static_cast<double>(highest) : 1;
  return {scale, static_cast<int64_t>(std::nearbyint(-range.low / scale)), 0, highest};
}
// [/grids]

Tensor fake_quantize(const Tensor& x, const QuantizationGrid& grid) {
  check(x.defined(), "fake_quantize: the operand is undefined; pass a tensor");
  Tensor y(x.shape());
  parallel_for(x.size(), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) y[i] = nearest(x[i], grid);
  });
  return y;
}

Tensor fake_quantize_channels(const Tensor& x, const std::vector<QuantizationGrid>& grids) {
  check(x.defined() && x.shape().rank() >= 1, "fake_quantize_channels: the operand ", x.shape(), " has no channels");
  const int64_t K = x.shape()[-1];
  check(static_cast<int64_t>(grids.size()) == K, "fake_quantize_channels: ", grids.size(), " grids for ", x.shape(),
        ", expected one per channel, ", K);
  Tensor y(x.shape());
  parallel_for(x.size(), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) y[i] = nearest(x[i], grids[static_cast<size_t>(i % K)]);
  });
  return y;
}

}  // namespace onefold
