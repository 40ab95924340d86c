#include "core/annex/activations.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "core/check.h"
#include "core/random.h"
#include "tests/catch.h"
#include "tests/same_bits.h"

using namespace onefold;

namespace {

constexpr Real kNan = std::numeric_limits<Real>::quiet_NaN();
constexpr Real kInfinity = std::numeric_limits<Real>::infinity();
constexpr long double kRounding = std::numeric_limits<Real>::epsilon();

using Wide = long double;  // in which the formulas are computed

Wide sigmoid(Wide x) { return 1 / (1 + std::exp(-x)); }
Wide distribution(Wide x) { return std::erfc(-x / std::sqrt(Wide{2})) / 2; }
Wide density(Wide x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::acos(Wide{-1})); }

/// The largest error of y[i] relative to f(x[i]), in units of the element type's epsilon.
double largest_relative_error(const Tensor& x, const Tensor& y, const std::function<Wide(Wide)>& f) {
  Wide largest = 0;
  for (int64_t i = 0; i < x.size(); ++i) {
    const Wide wanted = f(static_cast<Wide>(x[i])), error = std::abs(static_cast<Wide>(y[i]) - wanted);
    if (!(error <= 0)) largest = std::max(largest, error / std::abs(wanted));
  }
  return static_cast<double>(largest / kRounding);
}

/// The same relative to 1 + |f(x[i])|: for formulas that pass through zero.
double largest_error(const Tensor& x, const Tensor& y, const std::function<Wide(Wide)>& f) {
  Wide largest = 0;
  for (int64_t i = 0; i < x.size(); ++i) {
    const Wide wanted = f(static_cast<Wide>(x[i]));
    largest = std::max(largest, std::abs(static_cast<Wide>(y[i]) - wanted) / (1 + std::abs(wanted)));
  }
  return static_cast<double>(largest / kRounding);
}

}  // namespace

TEST_CASE("activations: each is its formula, to a few units in the last place", "[core]") {
  // Below -86 a float's e^x is no normal number; the sizes leave a remainder of a vector.
  const Tensor x = random_uniform({40003}, Random(1, 0), -86, 86);
  CHECK(largest_relative_error(x, sigmoid_forward(x), sigmoid) <= 4);
  CHECK(largest_relative_error(x, silu_forward(x), [](Wide v) { return v * sigmoid(v); }) <= 5);
  CHECK(largest_relative_error(x, leaky_relu_forward(x, Real(0.25)), [](Wide v) { return v > 0 ? v : v / 4; }) == 0);
  CHECK(largest_error(x, relu6_forward(x), [](Wide v) { return std::clamp<Wide>(v, 0, 6); }) == 0);

  // Farther away 1 - s(x) has lost digits, which x makes larger.
  const Tensor near = random_uniform({5003}, Random(2, 0), -9, 9), near_ones = Tensor::full({5003}, 1);
  CHECK(largest_relative_error(near, sigmoid_forward(near), sigmoid) <= 4);
  CHECK(largest_error(near, silu_backward(near, near_ones),
                      [](Wide v) { return sigmoid(v) * (1 + v * (1 - sigmoid(v))); }) <= 6);
  CHECK(largest_error(near, gelu_forward(near), [](Wide v) { return v * distribution(v); }) <= 4);
  CHECK(largest_error(near, gelu_backward(near, near_ones), [](Wide v) { return distribution(v) + v * density(v); }) <=
        4);
}

TEST_CASE("activations: backward multiplies by the slope, which is PyTorch's at a kink", "[core]") {
  const Tensor x = Tensor::from({6}, {-2, 0, 3, 6, 7, 5}), dy = Tensor::from({6}, {1, 2, 3, 4, 5, -6});
  CHECK(relu6_backward(x, dy).to_vector() == std::vector<Real>{0, 0, 3, 0, 0, -6});
  CHECK(leaky_relu_backward(x, dy, Real(0.5)).to_vector() == std::vector<Real>{0.5, 1, 3, 4, 5, -6});
  const Tensor y = Tensor::from({6}, {0, 0.25, 0.5, 0.75, 1, 0.5});
  CHECK(sigmoid_backward(y, dy).to_vector() == std::vector<Real>{0, 0.375, 0.75, 0.75, 0, -1.5});
}

TEST_CASE("activations: far from zero, and infinite", "[core]") {
  const Real far = sizeof(Real) == 4 ? 88 : 709;  // whose e^x is almost the largest number
  const Tensor x = Tensor::from({7}, {-kInfinity, -2 * far, -far, 0, far, 2 * far, kInfinity});
  const Tensor s = sigmoid_forward(x), y = silu_forward(x);
  CHECK(s[0] == 0);
  CHECK(s[1] == 0);
  CHECK(s[2] >= 0);
  CHECK(s[2] <= std::exp(-far + 1));
  CHECK(s[3] == Real(0.5));
  for (const int64_t i : {4, 5, 6}) {
    CHECK(s[i] == 1);
    CHECK(y[i] == x[i]);
  }
  CHECK(y[1] == 0);
  CHECK(gelu_forward(x).to_vector()[5] == 2 * far);
  CHECK(gelu_forward(x).to_vector()[1] == 0);
  CHECK(gelu_backward(x, Tensor::full({7}, 1)).to_vector()[5] == 1);
}

TEST_CASE("activations: a NaN comes through, of the operand and of the gradient", "[core]") {
  const Tensor nan = Tensor::full({19}, kNan), one = Tensor::full({19}, 1);
  for (const Tensor& y : {leaky_relu_forward(nan, Real(0.1)), relu6_forward(nan), sigmoid_forward(nan),
                          silu_forward(nan), gelu_forward(nan), leaky_relu_backward(one, nan, Real(0.1)),
                          relu6_backward(one, nan), sigmoid_backward(one, nan), silu_backward(one, nan),
                          gelu_backward(one, nan), silu_backward(nan, one), gelu_backward(nan, one)}) {
    CHECK(std::all_of(y.data(), y.data() + y.size(), [](Real v) { return std::isnan(v); }));
  }
}

TEST_CASE("activations: the same bits for any number of threads", "[core]") {
  const Tensor x = random_normal({1000, 130}, Random(3, 0)), dy = random_normal({1000, 130}, Random(3, 1));
  CHECK(same_bits_for_any_threads([&] {
    return std::vector<Tensor>{leaky_relu_forward(x, Real(0.1)), relu6_backward(x, dy), sigmoid_forward(x),
                               silu_backward(x, dy), gelu_backward(x, dy)};
  }));
}

TEST_CASE("activations: what does not fit is named", "[core]") {
  CHECK_THROWS_WITH(silu_forward(Tensor()), "silu: the operand is undefined; pass a tensor");
  CHECK_THROWS_WITH(relu6_backward(Tensor::zeros({2, 3}), Tensor::zeros({3, 2})),
                    "relu6_backward: operands [2 3] and [3 2] differ in shape; pass a gradient of the operand's shape");
  CHECK_THROWS_WITH(gelu_backward(Tensor::zeros({2, 3}), Tensor()),
                    "gelu_backward: an operand is undefined; pass two tensors");
}
