#include "autograd/gradcheck.h"

#include <cmath>
#include <limits>

#include "autograd/ops.h"
#include "core/check.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

using Inputs = const std::vector<Variable>&;

/// Twice its input, with a backward of one's choice.
Variable twice(const Variable& x, Backward backward) {
  return record("twice", Tensor::from(x.shape(), {2 * x.value()[0], 2 * x.value()[1], 2 * x.value()[2]}), {x},
                std::move(backward));
}

const Tensor kX = Tensor::from({3}, {1, -2, 3});

}  // namespace

TEST_CASE("check_gradients: a right gradient passes, of one number or many, of one input or two", "[autograd]") {
  const auto single = [](Inputs v) { return mean(exp(multiply(v[0], v[1]))); };
  const GradientCheck check_single = check_gradients(single, {kX, Tensor::from({3}, {2, 1, Real(0.5)})});
  CHECK(check_single.ok);
  CHECK(check_single.largest_error <= kGradientTolerance);

  const auto several = [](Inputs v) { return tanh(v[0]); };
  CHECK(check_gradients(several, {kX}).ok);

  // A result that shares its input's buffer.
  CHECK(check_gradients([](Inputs v) { return reshape(v[0], {3, 1}); }, {kX}).ok);
}

TEST_CASE("check_gradients: a wrong gradient fails, and its place is named", "[autograd]") {
  const auto wrong_factor = [](Inputs v) {
    return add(v[0], twice(v[1], [](const Tensor& dy) -> Grads {
                 return {Tensor::from({3}, {2 * dy[0], Real(2.2) * dy[1], 2 * dy[2]})};
               }));
  };
  const GradientCheck check = check_gradients(wrong_factor, {kX, kX});
  CHECK_FALSE(check.ok);
  CHECK(check.largest_error == Approx(0.2 / 2.2).epsilon(1e-3));
  CHECK_THAT(check.where, ContainsSubstring("input 1, element 1: backward "));

  // Deaf to dy, though right for a single dy of 1.
  const auto deaf = [](Inputs v) {
    return record("deaf", v[0].value(), {v[0]}, [](const Tensor&) -> Grads { return {Tensor::full({1}, 1)}; });
  };
  CHECK_FALSE(check_gradients(deaf, {Tensor::full({1}, 2)}).ok);

  // Permuted, lost, or not a number.
  const auto permuted = [](Inputs v) {
    return twice(v[0], [](const Tensor& dy) -> Grads {
      return {Tensor::from({3}, {2 * dy[1], 2 * dy[2], 2 * dy[0]})};
    });
  };
  CHECK_FALSE(check_gradients(permuted, {kX}).ok);
  const auto lost = [](Inputs v) { return twice(v[0], [](const Tensor&) -> Grads { return {Tensor::zeros({3})}; }); };
  CHECK(check_gradients(lost, {kX}).largest_error == 1);
  const auto nan = [](Inputs v) {
    return twice(v[0], [](const Tensor& dy) -> Grads {
      return {Tensor::from({3}, {std::numeric_limits<Real>::quiet_NaN(), 2 * dy[1], 2 * dy[2]})};
    });
  };
  const auto nan_first = [nan](Inputs v) { return add(nan(v), v[1]); };
  for (const GradientCheck& result : {check_gradients(nan, {kX}), check_gradients(nan_first, {kX, kX})}) {
    CHECK_FALSE(result.ok);
    CHECK(std::isnan(result.largest_error));
    CHECK_THAT(result.where, ContainsSubstring("input 0, element 0"));
  }
}

TEST_CASE("check_gradients: an input without influence has gradient zero", "[autograd]") {
  CHECK(check_gradients([](Inputs v) { return scale(v[0], 2); }, {kX, kX}).largest_error <= kGradientTolerance);
  CHECK(check_gradients([](Inputs v) { return add(v[0], scale(v[1], 0)); }, {kX, kX}).ok);
}

TEST_CASE("check_gradients: a promise that differences cannot keep is refused", "[autograd]") {
  const auto f = [](Inputs v) { return exp(v[0]); };
  CHECK_THROWS_WITH(check_gradients(f, {kX}, kDifferenceStep, 1e-12), ContainsSubstring("cannot resolve a tolerance"));
  CHECK_THROWS_AS(check_gradients(f, {kX}, 0), Error);
  if (sizeof(Real) == 4) CHECK_THROWS_WITH(check_gradients(f, {kX}, 1e-6, 1e-6), ContainsSubstring("double build"));
}
