#include "core/annex/elementwise.h"

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "core/check.h"
#include "core/ops/elementwise.h"
#include "tests/catch.h"
#include "tests/same_bits.h"

using namespace onefold;

namespace {

constexpr Real kNan = std::numeric_limits<Real>::quiet_NaN();
constexpr double kRounding = std::numeric_limits<Real>::epsilon();

/// Less than a vector, whole vectors, a remainder, several ranges of a parallel loop, nothing at all.
const std::vector<int64_t> kSizes{0, 1, 5, 16, 64, 67, 40000};

/// Whether y[i] is expected(i) for every i, to a few roundings of it.
bool equals(const Tensor& y, const std::function<double(int64_t)>& expected) {
  for (int64_t i = 0; i < y.size(); ++i) {
    const double wanted = expected(i);
    if (!(std::abs(static_cast<double>(y[i]) - wanted) <= 4 * kRounding * (1 + std::abs(wanted)))) return false;
  }
  return true;
}

double number(const Tensor& x, int64_t i) { return static_cast<double>(x[i]); }

}  // namespace

TEST_CASE("elementwise: each kernel is its formula, number by number", "[core]") {
  for (const int64_t size : kSizes) {
    CAPTURE(size);
    const Tensor a = random_normal({size}, Random(1, 0)), b = random_normal({size}, Random(2, 0));
    const Tensor positive = random_uniform({size}, Random(3, 0), 0.1, 10);
    CHECK(equals(add(a, b), [&](int64_t i) { return number(a, i) + number(b, i); }));
    CHECK(equals(subtract(a, b), [&](int64_t i) { return number(a, i) - number(b, i); }));
    CHECK(equals(multiply(a, b), [&](int64_t i) { return number(a, i) * number(b, i); }));
    CHECK(equals(scale(a, -2.5), [&](int64_t i) { return -2.5 * number(a, i); }));
    CHECK(equals(add_scaled(a, 0.75, b), [&](int64_t i) { return number(a, i) + 0.75 * number(b, i); }));
    CHECK(equals(exp_forward(a), [&](int64_t i) { return std::exp(number(a, i)); }));
    CHECK(equals(log_forward(positive), [&](int64_t i) { return std::log(number(positive, i)); }));
    CHECK(equals(tanh_forward(a), [&](int64_t i) { return std::tanh(number(a, i)); }));
    CHECK(equals(relu_forward(a), [&](int64_t i) { return std::max(0.0, number(a, i)); }));
    CHECK(add(a, b).shape() == Shape({size}));
  }
}

TEST_CASE("elementwise: each backward kernel is its gradient formula", "[core]") {
  for (const int64_t size : kSizes) {
    CAPTURE(size);
    const Tensor x = random_normal({size}, Random(4, 0)), dy = random_normal({size}, Random(5, 0));
    const Tensor positive = random_uniform({size}, Random(6, 0), 0.1, 10);
    CHECK(equals(exp_backward(x, dy), [&](int64_t i) { return number(x, i) * number(dy, i); }));
    CHECK(equals(log_backward(positive, dy), [&](int64_t i) { return number(dy, i) / number(positive, i); }));
    CHECK(equals(tanh_backward(x, dy), [&](int64_t i) { return (1 - number(x, i) * number(x, i)) * number(dy, i); }));
    CHECK(equals(relu_backward(x, dy), [&](int64_t i) { return number(x, i) > 0 ? number(dy, i) : 0; }));
    CHECK(same_bits(relu_backward(relu_forward(x), dy), relu_backward(x, dy)));
  }
}

TEST_CASE("relu: a NaN comes through, zero has no gradient", "[core]") {
  const Tensor x = Tensor::from({4}, {kNan, 0, -1, 2}), dy = Tensor::from({4}, {1, 1, 1, 1});
  const Tensor y = relu_forward(x);
  CHECK(std::isnan(y[0]));
  CHECK(y[1] == 0);
  CHECK(y[2] == 0);
  CHECK(y[3] == 2);
  const Tensor dx = relu_backward(x, dy);
  CHECK(dx[1] == 0);
  CHECK(dx[2] == 0);
  CHECK(dx[3] == 1);

  Tensor broken = dy.clone();
  broken[3] = kNan;
  CHECK(std::isnan(relu_backward(x, broken)[3]));
}

TEST_CASE("add_bias: adds the bias to every row, and sum_rows is its adjoint", "[core]") {
  for (const Shape& shape : {Shape{3, 4, 5, 7}, Shape{1000, 48}, Shape{5}, Shape{0, 3}, Shape{2, 40000}}) {
    CAPTURE(shape.text());
    const int64_t channels = shape[-1];
    const Tensor x = random_normal(shape, Random(7, 0)), bias = random_normal({channels}, Random(8, 0));
    CHECK(equals(add_bias_forward(x, bias), [&](int64_t i) { return number(x, i) + number(bias, i % channels); }));

    // <dy, bias in every row> = <sum_rows(dy), bias>
    const Tensor zeros = Tensor::zeros(shape);
    const double left = sum(multiply(x, add_bias_forward(zeros, bias)));
    const double right = sum(multiply(sum_rows(x), bias));
    CHECK(std::abs(left - right) <= 50 * kRounding * (1 + std::sqrt(static_cast<double>(x.size()))));
  }
}

TEST_CASE("sums: exact where the numbers are", "[core]") {
  for (const int64_t size : {0, 1, 63, 64, 65, 1000, 100000}) {
    Tensor counting({size});
    for (int64_t i = 0; i < size; ++i) counting[i] = static_cast<Real>(i % 100);
    double expected = 0;
    for (int64_t i = 0; i < size; ++i) expected += static_cast<double>(i % 100);
    CHECK(sum(counting) == expected);
  }
  // Beyond 2^24 float has no odd numbers: long sums need the double.
  const Tensor many = Tensor::full({100000}, 999);
  CHECK(sum(many) == 99900000);
  CHECK(sum_rows(many.reshape({50000, 2})).to_vector() == std::vector<Real>(2, 49950000));
  CHECK(sum_rows(Tensor::zeros({0, 2})).to_vector() == std::vector<Real>{0, 0});
  CHECK(std::isnan(sum(Tensor::from({3}, {1, kNan, 2}))));
}

TEST_CASE("elementwise: the same bits for any number of threads", "[core]") {
  const Tensor a = random_normal({1000, 130}, Random(9, 0)), b = random_normal({1000, 130}, Random(10, 0));
  const Tensor bias = random_normal({130}, Random(11, 0));
  CHECK(same_bits_for_any_threads([&] {
    return std::vector<Tensor>{add_scaled(a, 3, b),
                               exp_forward(a),
                               add_bias_forward(a, bias),
                               sum_rows(a),
                               dropout_mask(a.shape(), 0.5, Random(1, 1)),
                               Tensor::full({}, static_cast<Real>(sum(a)))};
  }));
}

TEST_CASE("dropout_mask: drops the given share and keeps the mean", "[core]") {
  constexpr int64_t kCount = 100000;
  for (const double probability : {0.1, 0.5, 0.9}) {
    const Tensor mask = dropout_mask({kCount}, static_cast<Real>(probability), Random(12, 0));
    const Real kept = 1 / (1 - static_cast<Real>(probability));
    int64_t dropped = 0, others = 0;
    for (int64_t i = 0; i < kCount; ++i) {
      dropped += mask[i] == 0;
      others += mask[i] != 0 && mask[i] != kept;
    }
    CHECK(others == 0);
    const double deviation = std::sqrt(kCount * probability * (1 - probability));
    CHECK(std::abs(static_cast<double>(dropped) - kCount * probability) < 5 * deviation);
  }
  CHECK(dropout_mask({100}, 0, Random(12, 0)).to_vector() == std::vector<Real>(100, 1));
  CHECK(same_bits(dropout_mask({100}, 0.5, Random(12, 0)), dropout_mask({100}, 0.5, Random(12, 0))));
  CHECK_FALSE(same_bits(dropout_mask({100}, 0.5, Random(12, 0)), dropout_mask({100}, 0.5, Random(12, 1))));
  CHECK_THROWS_WITH(dropout_mask({1}, 1, Random(1, 0)), "dropout: probability 1 must be at least 0 and below 1");
  CHECK_THROWS_AS(dropout_mask({1}, -0.5, Random(1, 0)), Error);
  CHECK_THROWS_AS(dropout_mask({1}, kNan, Random(1, 0)), Error);
}

TEST_CASE("elementwise: operands that do not fit are named with their shapes", "[core]") {
  const Tensor a = Tensor::zeros({2, 3}), b = Tensor::zeros({3, 2});
  for (const auto& kernel : {add, subtract, multiply, log_backward, tanh_backward, relu_backward, exp_backward}) {
    CHECK_THROWS_WITH(kernel(a, b), ContainsSubstring("[2 3] and [3 2] differ in shape"));
    CHECK_THROWS_WITH(kernel(a, Tensor()), ContainsSubstring("undefined"));
  }
  CHECK_THROWS_WITH(add(a, b), ContainsSubstring("add: "));
  CHECK_THROWS_AS(add_scaled(a, 2, b), Error);
  for (const auto& kernel : {exp_forward, log_forward, tanh_forward, relu_forward, sum_rows}) {
    CHECK_THROWS_AS(kernel(Tensor()), Error);
  }
  CHECK_THROWS_AS(sum(Tensor()), Error);
  CHECK_THROWS_WITH(add_bias_forward(a, Tensor::zeros({2})), ContainsSubstring("x [2 3] and bias [2] do not fit"));
  CHECK_THROWS_AS(add_bias_forward(Tensor::zeros({}), Tensor::zeros({1})), Error);
  CHECK_THROWS_AS(sum_rows(Tensor::zeros({})), Error);
}
