#include "layers/batch_norm.h"

#include "layers/conv2d.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

constexpr double kTolerance = sizeof(Real) == 8 ? 1e-12 : 1e-5;

struct Moments {
  double mean, biased, unbiased;
};

/// Two passes in double over channel c.
Moments moments_of(const Tensor& x, int64_t c) {
  const int64_t rows = x.shape().rows(), C = x.shape()[-1];
  double sum = 0, squares = 0;
  for (int64_t i = 0; i < rows; ++i) sum += double{x[i * C + c]};
  const double mean = sum / static_cast<double>(rows);
  for (int64_t i = 0; i < rows; ++i) squares += std::pow(double{x[i * C + c]} - mean, 2);
  return {mean, squares / static_cast<double>(rows), squares / static_cast<double>(rows - 1)};
}

}  // namespace

TEST_CASE("BatchNorm2d: in training each channel comes out with mean beta and deviation |gamma|", "[layers]") {
  BatchNorm2d norm(5);
  randomize(norm, 3);
  const auto before = state(norm);
  const Tensor y = norm(random_images({4, 3, 5, 5})).value();
  for (int64_t c = 0; c < 5; ++c) {
    const Moments moments = moments_of(y, c);
    const double gamma = double{before.at("weight")[c]};
    CHECK(moments.mean == Approx(double{before.at("bias")[c]}).margin(kTolerance));
    CHECK(moments.biased == Approx(gamma * gamma).margin(1e-4));  // eps takes its share
  }
}

TEST_CASE("BatchNorm2d: running statistics move by the momentum, the variance unbiased", "[layers]") {
  BatchNorm2d norm(3);
  const Tensor old_mean = state(norm).at("running_mean");
  Real mean = 0, variance = 1;
  for (uint64_t step = 0; step < 3; ++step) {
    const Variable x = random_images({2, 2, 2, 3}, step);  // 8 rows: the factor n / (n - 1) is far from 1
    norm(x);
    const Moments moments = moments_of(x.value(), 1);
    mean = static_cast<Real>(0.9 * double{mean} + 0.1 * moments.mean);
    variance = static_cast<Real>(0.9 * double{variance} + 0.1 * moments.unbiased);
    CHECK(double{state(norm).at("running_mean")[1]} == Approx(double{mean}).margin(kTolerance));
    CHECK(double{state(norm).at("running_var")[1]} == Approx(double{variance}).margin(kTolerance));
  }
  // New tensors at each step: what shares the old ones does not change under its hands.
  CHECK(max_abs(old_mean) == 0);
}

TEST_CASE("BatchNorm2d: in evaluation the running statistics are used and stay", "[layers]") {
  BatchNorm2d norm(4);
  randomize(norm, 3);
  norm.eval();
  const auto before = state(norm);
  const Variable x = random_images({1, 1, 1, 4});  // one row is no matter here
  const Tensor y = norm(x).value();
  for (int64_t c = 0; c < 4; ++c) {
    const auto at = [&](const char* name) { return double{before.at(name)[c]}; };
    const double t = at("weight") / std::sqrt(at("running_var") + double{norm.eps()});
    const double expected = t * (double{x.value()[c]} - at("running_mean")) + at("bias");
    CHECK(double{y[c]} == Approx(expected).epsilon(10 * kTolerance).margin(kTolerance));
  }
  CHECK(bit_equal(state(norm), before));
}

TEST_CASE("BatchNorm2d: alone it folds to a scale and a shift of each channel", "[layers]") {
  BatchNorm2d norm(6);
  randomize(norm, 5);
  norm.eval();
  const auto folded = norm.fold();
  CHECK(folded->description() == "Conv2d 1x1, 6 -> 6, groups 6, bias");
  const Variable x = random_images({2, 4, 5, 6});
  CHECK(fold_difference(norm(x).value(), folded->forward(x).value()).ok());
}

TEST_CASE("BatchNorm2d: refuses what cannot be", "[layers]") {
  BatchNorm2d norm(3);
  CHECK_THAT(error_of([&] { norm(random_images({1, 1, 1, 3})); }), ContainsSubstring("has 1 value per channel"));
  CHECK_THAT(error_of([&] { norm(random_images({2, 4, 4, 2})); }), ContainsSubstring("[N H W 3]"));
  CHECK_THAT(error_of([&] { norm(random_images({2, 3})); }), ContainsSubstring("must be images"));
  CHECK_THAT(error_of([&] { norm.fold(); }), ContainsSubstring("BatchNorm2d is in training mode; call eval() first"));
  CHECK_THAT(error_of([] { BatchNorm2d(0); }), ContainsSubstring("0 channels"));
  CHECK_THAT(error_of([] { BatchNorm2d(3, 0); }), ContainsSubstring("eps is 0"));

  // A failed step leaves the statistics as they were.
  const auto before = state(norm);
  CHECK_FALSE(error_of([&] { norm(random_images({1, 1, 1, 3})); }).empty());
  CHECK(bit_equal(state(norm), before));
}
