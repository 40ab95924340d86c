#include "core/annex/activations.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <type_traits>

#include "core/check.h"
#include "core/vector_loop.h"

// Legend: x operand, y result, dx and dy their gradients; s the sigmoid of x.

namespace onefold {

namespace {

/// y = f(x), a vector at a time.
template <class Function>
Tensor map(const char* kernel, const Tensor& x, Function f) {
  check(x.defined(), kernel, ": the operand is undefined; pass a tensor");
  Tensor y(x.shape());
  parallel_vectors(x.size(), [f, from = x.data(), to = y.data()](int64_t i, auto lanes) {
    lanes.store(to + i, f(lanes.load(from + i)));
  });
  return y;
}

/// dx = f(x, dy), a vector at a time.
template <class Function>
Tensor map(const char* kernel, const Tensor& x, const Tensor& dy, Function f) {
  check(x.defined() && dy.defined(), kernel, ": an operand is undefined; pass two tensors");
  check(x.shape() == dy.shape(), kernel, ": operands ", x.shape(), " and ", dy.shape(),
        " differ in shape; pass a gradient of the operand's shape");
  Tensor dx(x.shape());
  parallel_vectors(x.size(), [f, from = x.data(), by = dy.data(), to = dx.data()](int64_t i, auto lanes) {
    lanes.store(to + i, f(lanes.load(from + i), lanes.load(by + i)));
  });
  return dx;
}

/// f of every lane, for functions of the math library, which has no vector versions.
template <class Function>
Vec each_lane(Vec v, Function f) {
  for (int64_t lane = 0; lane < kLanes; ++lane) v[lane] = f(v[lane]);
  return v;
}

/// e^x in every lane, to about two units in the last place: e^x = 2^n e^r with x = n ln 2 + r and |r| <= ln 2 / 2,
/// which leaves a short Taylor series. Results that would not be normal numbers are 0 or infinity.
Vec exp(Vec x) {
  using Limits = std::numeric_limits<Real>;
  constexpr Real kLowest = Limits::min_exponent * std::numbers::ln2_v<Real>;
  constexpr Real kHighest = Limits::max_exponent * std::numbers::ln2_v<Real>;

  // Adding 1.5 2^fraction leaves no bits for what is below one: the last bits of the sum are n.
  constexpr int kFraction = Limits::digits - 1;  // bits of the fraction, below those of the exponent
  constexpr Real kRound = Real(3ull << (kFraction - 1));
  const Vec sum = x * std::numbers::log2e_v<Real> + kRound;
  const Vec n = sum - kRound;

  // ln 2 in two parts. The first has 15 bits, so that its product with n is exact.
  constexpr Real kHigh = Real(22713) / 32768, kLow = Real(1.42860682030941723e-6);
  const Vec r = x - n * kHigh - n * kLow;

  // The series from its end: 1 + r (1 + r / 2 (1 + r / 3 (...))).
  constexpr int kTerms = sizeof(Real) == 4 ? 7 : 13;
  Vec power = broadcast(1);
  for (int k = kTerms; k >= 1; --k) power = 1 + power * (r * (1 / static_cast<Real>(k)));

  // Times 2^n: add n to the exponent, and let the rest of the sum's bits fall off.
  typedef std::conditional_t<sizeof(Real) == 4, uint32_t, uint64_t> Bits __attribute__((vector_size(kVecBytes)));
  const Bits scaled = reinterpret_cast<Bits>(power) + (reinterpret_cast<Bits>(sum) << kFraction);
  const Vec in_range = x != x ? x : reinterpret_cast<Vec>(scaled);
  return x < kLowest ? Vec{} : x >= kHighest ? broadcast(Limits::infinity()) : in_range;
}

Vec sigmoid(Vec x) { return 1 / (1 + exp(-x)); }

/// The distribution of a standard normal number: the probability that it is below x.
Real normal_distribution(Real x) { return std::erfc(-x / std::numbers::sqrt2_v<Real>) / 2; }

}  // namespace

Tensor leaky_relu_forward(const Tensor& x, Real slope) {
  return map("leaky_relu", x, [slope](Vec v) { return v > Vec{} ? v : slope * v; });
}
Tensor leaky_relu_backward(const Tensor& x, const Tensor& dy, Real slope) {
  return map("leaky_relu_backward", x, dy, [slope](Vec v, Vec g) { return v > Vec{} ? g : slope * g; });
}

Tensor relu6_forward(const Tensor& x) {
  return map("relu6", x, [](Vec v) { return v < Vec{} ? Vec{} : v > 6 ? broadcast(6) : v; });
}
Tensor relu6_backward(const Tensor& x, const Tensor& dy) {
  return map("relu6_backward", x, dy, [](Vec v, Vec g) { return ((v <= Vec{}) | (v >= 6)) ? Vec{} : g; });
}

Tensor sigmoid_forward(const Tensor& x) {
  return map("sigmoid", x, [](Vec v) { return sigmoid(v); });
}
Tensor sigmoid_backward(const Tensor& y, const Tensor& dy) {
  return map("sigmoid_backward", y, dy, [](Vec v, Vec g) { return v * (1 - v) * g; });
}

Tensor silu_forward(const Tensor& x) {
  return map("silu", x, [](Vec v) { return v * sigmoid(v); });
}
Tensor silu_backward(const Tensor& x, const Tensor& dy) {
  return map("silu_backward", x, dy, [](Vec v, Vec g) {
    const Vec s = sigmoid(v);
    return s * (1 + v * (1 - s)) * g;
  });
}

Tensor gelu_forward(const Tensor& x) {
  return map("gelu", x, [](Vec v) { return v * each_lane(v, normal_distribution); });
}
Tensor gelu_backward(const Tensor& x, const Tensor& dy) {
  constexpr Real kHighest = std::numbers::inv_sqrtpi_v<Real> / std::numbers::sqrt2_v<Real>;  // the density at 0
  return map("gelu_backward", x, dy, [](Vec v, Vec g) {
    const Vec density = kHighest * exp(v * v * Real(-0.5));
    return (each_lane(v, normal_distribution) + v * density) * g;
  });
}

}  // namespace onefold
