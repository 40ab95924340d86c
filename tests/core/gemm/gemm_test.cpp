#include "core/gemm/gemm.h"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/parallel.h"
#include "core/random.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

constexpr double kRounding = std::numeric_limits<Real>::epsilon();

/// An operand with more room in each row than it uses, filled with NaN there: nobody may read it.
struct Operand {
  Operand(int64_t rows, int64_t columns, bool transposed, uint64_t stream)
      : stride((transposed ? rows : columns) + 3),
        values(Tensor::full({transposed ? columns : rows, stride}, std::numeric_limits<Real>::quiet_NaN())),
        matrix{values.data(), rows, columns, stride, transposed} {
    const Random random(7, stream);
    const int64_t lines = transposed ? columns : rows, length = transposed ? rows : columns;
    for (int64_t i = 0; i < lines; ++i) {
      for (int64_t j = 0; j < length; ++j) {
        values[i * stride + j] = static_cast<Real>(random.uniform(static_cast<uint64_t>(i * length + j)) - 0.5);
      }
    }
  }

  int64_t stride;
  Tensor values;
  Matrix matrix;
};

}  // namespace

TEST_CASE("gemm: equals the three loops for any extents and transposes", "[core]") {
  const int64_t extents[][3] = {{1, 1, 1},     {1, 17, 5},     {5, 1, 300},    {6, 64, 32},
                                {7, 65, 33},   {13, 31, 257},  {97, 96, 8},    {200, 10, 3},
                                {3, 130, 513}, {32, 32, 5000}, {27, 33, 4097}, {128, 128, 2049}};
  for (const auto& [m, n, k] : extents) {
    for (const bool transpose_a : {false, true}) {
      for (const bool transpose_b : {false, true}) {
        for (const Accumulate accumulate : {Accumulate::no, Accumulate::yes}) {
          CAPTURE(m, n, k, transpose_a, transpose_b, accumulate == Accumulate::yes);
          const Operand a(m, k, transpose_a, 1), b(k, n, transpose_b, 2);
          const int64_t c_stride = n + 2;
          Tensor expected = random_normal({m, c_stride}, Random(7, 3)), c = expected.clone();
          gemm_naive(a.matrix, b.matrix, expected.data(), c_stride, accumulate);
          gemm(a.matrix, b.matrix, c.data(), c_stride, accumulate);
          // Sums of k products of magnitude 1/4, added in another order. The columns beyond n are compared too.
          CHECK(static_cast<double>(max_abs_difference(c, expected)) <= kRounding * (4 + 0.5 * static_cast<double>(k)));
        }
      }
    }
  }
}

TEST_CASE("gemm: exact on integers", "[core]") {
  Tensor a({50, 300}), b({300, 70}), c({50, 70}), expected({50, 70});
  const Random left(8, 0), right(8, 1);
  for (int64_t i = 0; i < a.size(); ++i) a[i] = static_cast<Real>(left.below(static_cast<uint64_t>(i), 21) - 10);
  for (int64_t i = 0; i < b.size(); ++i) b[i] = static_cast<Real>(right.below(static_cast<uint64_t>(i), 21) - 10);
  gemm_naive({a.data(), 50, 300, 300}, {b.data(), 300, 70, 70}, expected.data(), 70);
  CHECK(max_abs(expected) > 100);
  for (const Precision precision : {Precision::real, Precision::bf16}) {
    gemm({a.data(), 50, 300, 300}, {b.data(), 300, 70, 70}, c.data(), 70, Accumulate::no, precision);
    CHECK(max_abs_difference(c, expected) == 0);
  }
}

TEST_CASE("gemm: in bfloat16 each operand is rounded to nearest, ties to even, and products are exact", "[core]") {
  // 1 + 2^-8 lies half-way between 1 and 1 + 2^-7, 1 + 3 2^-8 between two of which the even one is larger.
  const Real infinity = std::numeric_limits<Real>::infinity(), nan = std::numeric_limits<Real>::quiet_NaN();
  const std::vector<std::pair<Real, Real>> rounded = {
      {Real(1), Real(1)},
      {Real(256), Real(256)},
      {Real(257), Real(256)},
      {Real(1.00390625), Real(1)},
      {Real(1.01171875), Real(1.015625)},
      {Real(-1.004), Real(-1.0078125)},
      {Real(3.3895314e38), Real(3.3895314e38)},
      {infinity, infinity},
      {nan, nan},
  };
  for (const auto& [number, expected] : rounded) {
    CAPTURE(number);
    for (const bool transposed : {false, true}) {
      const Real one = 1;
      Real left = 0, right = 0;
      gemm({&number, 1, 1, 1, transposed}, {&one, 1, 1, 1}, &left, 1, Accumulate::no, Precision::bf16);
      gemm({&one, 1, 1, 1}, {&number, 1, 1, 1, transposed}, &right, 1, Accumulate::no, Precision::bf16);
      CHECK((std::isnan(expected) ? std::isnan(left) : left == Approx(expected).epsilon(1e-4)));
      CHECK((std::isnan(expected) ? std::isnan(right) : right == left));
    }
  }
}

TEST_CASE("gemm: in bfloat16 it errs by at most 2.1 2^-8 of the sum of magnitudes", "[core]") {
  const int64_t extents[][3] = {{1, 1, 1},   {1, 17, 5},     {5, 1, 300},    {6, 64, 32},    {7, 65, 33},
                                {97, 96, 8}, {3, 130, 1025}, {32, 32, 5000}, {27, 33, 4097}, {13, 31, 513}};
  for (const auto& [m, n, k] : extents) {
    for (const int transposes : {0, 1, 2, 3}) {
      CAPTURE(m, n, k, transposes);
      const Operand a(m, k, transposes % 2 == 1, 1), b(k, n, transposes >= 2, 2);
      Tensor expected({m, n}), c({m, n});
      gemm_naive(a.matrix, b.matrix, expected.data(), n);
      gemm(a.matrix, b.matrix, c.data(), n, Accumulate::no, Precision::bf16);
      // Products of numbers below 1/2 in magnitude, each of which is off by at most 2^-8 of itself.
      CHECK(static_cast<double>(max_abs_difference(c, expected)) <= 2.1 / 256 * static_cast<double>(k) / 4);
      if (k > 1) CHECK(max_abs_difference(c, expected) > 0);
    }
  }
}

TEST_CASE("gemm: an empty inner extent gives zeros, or leaves C as it was", "[core]") {
  Tensor c = Tensor::full({2, 3}, 5);
  gemm({nullptr, 2, 0, 0}, {nullptr, 0, 3, 3}, c.data(), 3, Accumulate::yes);
  CHECK(c.to_vector() == std::vector<Real>(6, 5));
  gemm({nullptr, 2, 0, 0}, {nullptr, 0, 3, 3}, c.data(), 3);
  CHECK(c.to_vector() == std::vector<Real>(6, 0));
}

TEST_CASE("gemm: the same bits for any number of threads", "[core]") {
  const int before = threads();
  const int64_t extents[][3] = {{500, 70, 300}, {33, 40, 9000}};
  for (const auto& [m, n, k] : extents) {
    const Operand a(m, k, true, 1), b(k, n, false, 2);
    std::vector<std::vector<Real>> results;
    for (const int count : {1, 2, 3}) {
      set_threads(count);
      Tensor c({m, n});
      gemm(a.matrix, b.matrix, c.data(), n);
      results.push_back(c.to_vector());
    }
    CHECK(results[0] == results[1]);
    CHECK(results[0] == results[2]);
  }
  set_threads(before);
}

TEST_CASE("gemm: operands that do not fit are named", "[core]") {
  const Tensor a({6}), b({6});
  Tensor c({4});
  CHECK_THROWS_WITH(gemm({a.data(), 2, 3, 3}, {b.data(), 2, 3, 3}, c.data(), 2),
                    "gemm: A is 2 x 3, B is 2 x 3; the inner extents must be equal");
}
