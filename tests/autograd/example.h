#pragma once

// What every_op_test.cpp checks, and how it draws inputs.

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "autograd/gradcheck.h"
#include "autograd/ops.h"
#include "core/random.h"
#include "tests/catch.h"

namespace onefold {

using Inputs = const std::vector<Variable>&;

/// One thing to check: a function of `inputs` that ends in the row's op.
struct Example {
  std::string what;
  std::function<Variable(Inputs)> f;
  std::vector<Tensor> inputs;
  double step = kDifferenceStep;
};

/// How far what an activation gets stays from its kink: beyond what a difference's step can move it.
inline constexpr double kKinkMargin = sizeof(Real) == 8 ? 1e-4 : 0.2;

/// A wider step, for ops that are linear in each input, or nearly so over a step: fewer rounding errors, and no or
/// little truncation to pay for it.
inline constexpr double kWideStep = sizeof(Real) == 8 ? 1e-5 : 0.05;

/// Draws inputs: another stream of one seed each time.
class Draw {
 public:
  explicit Draw(uint64_t seed) : seed_(seed) {}

  Random stream() { return Random(seed_, stream_++); }
  Tensor normal(const Shape& shape) { return random_normal(shape, stream()); }
  Tensor between(double low, double high, const Shape& shape) { return random_uniform(shape, stream(), low, high); }

  /// Magnitude in [0.1, 2) and either sign, the first positive: for relu, whose kink is at 0.
  Tensor away_from_zero(const Shape& shape) {
    Tensor x = between(0.1, 2, shape);
    const Random sign = stream();
    for (int64_t i = 1; i < x.size(); ++i) x[i] = sign.uniform(static_cast<uint64_t>(i)) < 0.5 ? -x[i] : x[i];
    return x;
  }

  /// A random order of numbers 0.05 apart: for max pooling, whose kink is where two elements are equal.
  Tensor distinct(const Shape& shape) {
    const Tensor keys = normal(shape);
    std::vector<int64_t> order(static_cast<size_t>(keys.size()));
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return keys[a] < keys[b]; });
    Tensor x(shape);
    for (size_t rank = 0; rank < order.size(); ++rank) {
      x[order[rank]] = static_cast<Real>(0.05 * static_cast<double>(rank) - 1);
    }
    return x;
  }

  std::vector<int> labels(int64_t count, int64_t classes) {
    const Random random = stream();
    std::vector<int> result(static_cast<size_t>(count));
    for (size_t i = 0; i < result.size(); ++i) result[i] = static_cast<int>(random.below(i, classes));
    return result;
  }

  /// Draws again until what the activation gets, f of the inputs, has no element near its kink.
  std::vector<Tensor> until_smooth(const std::function<Variable(Inputs)>& f,
                                   const std::function<std::vector<Tensor>()>& draw) {
    for (int attempt = 0; attempt < 1000; ++attempt) {
      const std::vector<Tensor> inputs = draw();
      const Tensor y = f(std::vector<Variable>(as_data(inputs))).value();
      bool smooth = true, some_positive = false;
      for (int64_t i = 0; i < y.size(); ++i) {
        smooth = smooth && std::abs(y[i]) > kKinkMargin;
        some_positive = some_positive || y[i] > 0;
      }
      if (smooth && some_positive) return inputs;
    }
    FAIL("no inputs without a kink found in 1000 attempts");
    return {};
  }

 private:
  static std::vector<Variable> as_data(const std::vector<Tensor>& inputs) {
    std::vector<Variable> variables;
    for (const Tensor& input : inputs) variables.emplace_back(input);
    return variables;
  }

  uint64_t seed_;
  uint64_t stream_ = 0;
};

using Examples = std::vector<Example>;

}  // namespace onefold
