#include "core/annex/symmetric_eigen.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/check.h"

namespace onefold {

namespace {

constexpr int kMaxSweeps = 100;  // convergence is quadratic: ten usually suffice

void check_matrix(const std::vector<double>& a, size_t n) {
  check(n >= 1 && a.size() == n * n, "symmetric_eigen: got ", a.size(), " elements, expected a matrix of ", n, " x ",
        n);
  double largest = 0;
  for (const double element : a) largest = std::max(largest, std::abs(element));
  for (size_t p = 0; p < n; ++p) {
    for (size_t q = 0; q <= p; ++q) {
      check(std::isfinite(a[p * n + q]) && std::isfinite(a[q * n + p]), "symmetric_eigen: element ", p, ", ", q,
            " is not finite");
      check(std::abs(a[p * n + q] - a[q * n + p]) <= 1e-9 * largest, "symmetric_eigen: elements ", p, ", ", q, " and ",
            q, ", ", p, " are ", a[p * n + q], " and ", a[q * n + p], "; a symmetric matrix has equal ones");
    }
  }
}

/// The sum of squares off the diagonal: what the rotations bring to zero.
double off_diagonal(const std::vector<double>& a, size_t n) {
  double sum = 0;
  for (size_t p = 0; p < n; ++p) {
    for (size_t q = 0; q < n; ++q) sum += p == q ? 0 : a[p * n + q] * a[p * n + q];
  }
  return sum;
}

/// x = c x - s y, y = s x + c y for n pairs of elements, `stride` apart.
void rotate(double* x, double* y, size_t n, size_t stride, double c, double s) {
  for (size_t i = 0; i < n * stride; i += stride) {
    const double old = x[i];
    x[i] = c * old - s * y[i];
    y[i] = s * old + c * y[i];
  }
}

}  // namespace

SymmetricEigen symmetric_eigen(std::vector<double> a, int64_t size) {
  const auto n = static_cast<size_t>(size);
  check_matrix(a, n);
  std::vector<double> vectors(n * n, 0.0);  // one axis per row, rotated along with a
  for (size_t i = 0; i < n; ++i) vectors[i * n + i] = 1;

  const double all = std::inner_product(a.begin(), a.end(), a.begin(), 0.0);
  for (int sweep = 0; sweep < kMaxSweeps && off_diagonal(a, n) > 1e-30 * all; ++sweep) {
    for (size_t p = 0; p < n; ++p) {
      for (size_t q = p + 1; q < n; ++q) {
        if (a[p * n + q] == 0) continue;

        // The smaller of the two angles that make a[p, q] zero, by its tangent t.
        const double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
        const double t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::hypot(theta, 1));
        const double c = 1 / std::hypot(t, 1), s = t * c;
        rotate(&a[p], &a[q], n, n, c, s);          // columns
        rotate(&a[p * n], &a[q * n], n, 1, c, s);  // rows
        rotate(&vectors[p * n], &vectors[q * n], n, 1, c, s);
      }
    }
  }

  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t i, size_t j) { return a[i * n + i] > a[j * n + j]; });
  SymmetricEigen result;
  for (const size_t i : order) {
    result.values.push_back(a[i * n + i]);
    const double* row = &vectors[i * n];
    const auto smaller = [](double x, double y) { return std::abs(x) < std::abs(y); };
    const double* largest = std::max_element(row, row + n, smaller);
    for (size_t k = 0; k < n; ++k) result.vectors.push_back(*largest < 0 ? -row[k] : row[k]);
  }
  return result;
}

}  // namespace onefold
