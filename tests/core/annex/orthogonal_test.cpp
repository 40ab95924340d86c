#include "core/annex/orthogonal.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/check.h"
#include "tests/catch.h"
#include "tests/same_bits.h"

using namespace onefold;

namespace {

std::vector<double> normals(int64_t count, uint64_t seed) {
  std::vector<double> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(Random(seed, 0).normal(static_cast<uint64_t>(i)));
  return values;
}

/// The largest difference of A^T A from the identity, A [rows, columns].
template <class Numbers>
double distance_from_orthonormal(const Numbers& a, int64_t rows, int64_t columns) {
  const auto at = [&](int64_t i, int64_t j) { return static_cast<double>(a[static_cast<size_t>(i * columns + j)]); };
  double largest = 0;
  for (int64_t p = 0; p < columns; ++p) {
    for (int64_t q = 0; q < columns; ++q) {
      double product = p == q ? -1 : 0;
      for (int64_t i = 0; i < rows; ++i) product += at(i, p) * at(i, q);
      largest = std::max(largest, std::abs(product));
    }
  }
  return largest;
}

}  // namespace

TEST_CASE("qr_factors: Q is orthonormal, R triangular with a positive diagonal, and Q R the matrix", "[core]") {
  const std::vector<std::pair<int64_t, int64_t>> sizes{{1, 1}, {2, 2}, {7, 3}, {16, 16}, {50, 1}, {64, 40}};
  for (const auto& [rows, columns] : sizes) {
    CAPTURE(rows, columns);
    const std::vector<double> a = normals(rows * columns, 1);
    const QrFactors factors = qr_factors(a, rows, columns);
    REQUIRE(factors.q.size() == a.size());
    CHECK(distance_from_orthonormal(factors.q, rows, columns) < 1e-14);
    double worst = 0;
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t c = 0; c < columns; ++c) {
        double sum = -a[static_cast<size_t>(i * columns + c)];
        for (int64_t k = 0; k < columns; ++k) {
          sum += factors.q[static_cast<size_t>(i * columns + k)] * factors.r[static_cast<size_t>(k * columns + c)];
        }
        worst = std::max(worst, std::abs(sum));
      }
    }
    CHECK(worst < 1e-13);
    for (int64_t k = 0; k < columns; ++k) {
      CHECK(factors.r[static_cast<size_t>(k * columns + k)] > 0);
      for (int64_t c = 0; c < k; ++c) CHECK(factors.r[static_cast<size_t>(k * columns + c)] == 0);
    }
  }
}

TEST_CASE("qr_factors: small matrices as worked out by hand", "[core]") {
  const QrFactors factors = qr_factors({3, 1, -4, 2}, 2, 2);  // the first column is 5 long
  CHECK(factors.q[0] == Approx(0.6));
  CHECK(factors.q[2] == Approx(-0.8));
  CHECK(factors.q[1] == Approx(0.8));
  CHECK(factors.q[3] == Approx(0.6));
  CHECK(factors.r[0] == Approx(5));
  CHECK(factors.r[1] == Approx(-1));
  CHECK(factors.r[3] == Approx(2));

  // An orthogonal matrix with a positive diagonal of R is its own Q; a column of zeros leaves some Q.
  CHECK(qr_factors({0, -1, 1, 0}, 2, 2).q[2] == Approx(1));
  const QrFactors zero = qr_factors(std::vector<double>(6, 0.0), 3, 2);
  CHECK(distance_from_orthonormal(zero.q, 3, 2) < 1e-15);
  CHECK(std::all_of(zero.r.begin(), zero.r.end(), [](double element) { return element == 0; }));
}

TEST_CASE("random_orthogonal: orthonormal columns, or rows of a wide matrix", "[core]") {
  const double tolerance = sizeof(Real) == 8 ? 1e-14 : 1e-6;
  for (const Shape& shape : {Shape{1, 1}, Shape{24, 24}, Shape{96, 32}, Shape{5, 4}}) {
    CAPTURE(shape.text());
    CHECK(distance_from_orthonormal(random_orthogonal(shape[0], shape[1], Random(3, 0)), shape[0], shape[1]) <
          tolerance);
    if (shape[0] == shape[1]) continue;
    // A wide one is the transpose of a tall one.
    const Tensor tall = random_orthogonal(shape[0], shape[1], Random(4, 0));
    const Tensor wide = random_orthogonal(shape[1], shape[0], Random(4, 0));
    bool transposed = true;
    for (int64_t i = 0; i < tall.size(); ++i) {
      transposed &= tall[i] == wide[i % shape[1] * shape[0] + i / shape[1]];
    }
    CHECK(transposed);
  }
  CHECK(same_bits(random_orthogonal(9, 9, Random(5, 0)), random_orthogonal(9, 9, Random(5, 0))));
  CHECK_FALSE(same_bits(random_orthogonal(9, 9, Random(5, 0)), random_orthogonal(9, 9, Random(5, 1))));
}

TEST_CASE("random_orthogonal: all are equally likely, so the mean of each element is zero", "[core]") {
  // Without the signs of R's diagonal, the mean of an element on the diagonal of a 2 x 2 matrix would be -0.64.
  constexpr int kMatrices = 4000;
  std::vector<double> means(4, 0.0);
  int reflections = 0;  // with determinant -1: half of them
  for (uint64_t i = 0; i < kMatrices; ++i) {
    const Tensor q = random_orthogonal(2, 2, Random(6, i));
    for (size_t k = 0; k < 4; ++k) means[k] += static_cast<double>(q[static_cast<int64_t>(k)]) / kMatrices;
    reflections += q[0] * q[3] - q[1] * q[2] < 0;
  }
  // Each element has the variance 1/2.
  for (const double mean : means) CHECK(std::abs(mean) < 5 * std::sqrt(0.5 / kMatrices));
  CHECK(std::abs(reflections - kMatrices / 2) < 5 * std::sqrt(kMatrices / 4.0));
}

TEST_CASE("orthogonal: what does not fit is named", "[core]") {
  CHECK_THROWS_WITH(qr_factors(std::vector<double>(6, 1.0), 2, 3),
                    "qr_factors: got 2 rows and 3 columns, expected at least one column and as many rows; transpose a "
                    "wide matrix");
  CHECK_THROWS_AS(qr_factors({}, 0, 0), Error);
  CHECK_THROWS_WITH(qr_factors({1, 2, 3}, 2, 2), "qr_factors: got 3 elements, expected a matrix of 2 x 2");
  CHECK_THROWS_WITH(qr_factors({1, 2, NAN, 3}, 2, 2), "qr_factors: an element is not finite");
  CHECK_THROWS_WITH(random_orthogonal(0, 3, Random(1, 0)), "random_orthogonal: got 0 x 3, both must be at least 1");
}
