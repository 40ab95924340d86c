#include "core/annex/symmetric_eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.h"
#include "core/random.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

/// A symmetric matrix of normals.
std::vector<double> symmetric_matrix(int64_t n, uint64_t seed) {
  const Random random(seed, 0);
  std::vector<double> a(static_cast<size_t>(n * n));
  for (int64_t p = 0; p < n; ++p) {
    for (int64_t q = 0; q <= p; ++q) {
      const double value = random.normal(static_cast<uint64_t>(p * n + q));
      a[static_cast<size_t>(p * n + q)] = a[static_cast<size_t>(q * n + p)] = value;
    }
  }
  return a;
}

}  // namespace

TEST_CASE("symmetric_eigen: the eigenvectors are orthonormal, and give the matrix again", "[core]") {
  for (const int64_t n : {1, 2, 3, 12, 27, 48}) {
    CAPTURE(n);
    const std::vector<double> a = symmetric_matrix(n, 3);
    const SymmetricEigen eigen = symmetric_eigen(a, n);
    const auto v = [&](int64_t i, int64_t k) { return eigen.vectors[static_cast<size_t>(i * n + k)]; };
    double worst_product = 0, worst_sum = 0;
    for (int64_t p = 0; p < n; ++p) {
      for (int64_t q = 0; q < n; ++q) {
        double product = p == q ? -1 : 0, sum = -a[static_cast<size_t>(p * n + q)];
        for (int64_t i = 0; i < n; ++i) {
          product += v(p, i) * v(q, i);
          sum += eigen.values[static_cast<size_t>(i)] * v(i, p) * v(i, q);
        }
        worst_product = std::max(worst_product, std::abs(product));
        worst_sum = std::max(worst_sum, std::abs(sum));
      }
    }
    CHECK(worst_product < 1e-13 * static_cast<double>(n));
    CHECK(worst_sum < 1e-12 * static_cast<double>(n));
    CHECK(std::is_sorted(eigen.values.rbegin(), eigen.values.rend()));
  }
}

TEST_CASE("symmetric_eigen: small matrices as worked out by hand", "[core]") {
  const SymmetricEigen two = symmetric_eigen({2, 1, 1, 2}, 2);
  CHECK(two.values[0] == Approx(3));
  CHECK(two.values[1] == Approx(1));
  CHECK(two.vectors[0] == Approx(std::sqrt(0.5)));
  CHECK(two.vectors[1] == Approx(std::sqrt(0.5)));

  const SymmetricEigen diagonal = symmetric_eigen({1, 0, 0, 0, 5, 0, 0, 0, -2}, 3);
  CHECK(diagonal.values == std::vector<double>{5, 1, -2});
  CHECK(diagonal.vectors == std::vector<double>{0, 1, 0, 1, 0, 0, 0, 0, 1});
  CHECK(symmetric_eigen(std::vector<double>(9), 3).values == std::vector<double>(3));
}

TEST_CASE("symmetric_eigen: what is no symmetric matrix is refused", "[core]") {
  CHECK_THROWS_WITH(symmetric_eigen({1, 2, 3}, 2), ContainsSubstring("got 3 elements"));
  CHECK_THROWS_WITH(symmetric_eigen({}, 0), ContainsSubstring("0 x 0"));
  CHECK_THROWS_WITH(symmetric_eigen({1, 2, 3, 4}, 2), ContainsSubstring("are 3 and 2"));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(symmetric_eigen({1, nan, nan, 4}, 2), ContainsSubstring("not finite"));
}
