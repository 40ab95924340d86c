#include "core/annex/orthogonal.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

// Legend: A [rows, columns]; a reflection is I - 2 v v^T with |v| = 1, and swaps a vector with its mirror image.

namespace onefold {

namespace {

/// Applies the reflection of v to columns [first, columns) of a, whose rows from `row` on belong to v's elements.
void reflect(const std::vector<double>& v, size_t row, size_t first, size_t columns, std::vector<double>& a) {
  for (size_t c = first; c < columns; ++c) {
    double along = 0;
    for (size_t i = 0; i < v.size(); ++i) along += v[i] * a[(row + i) * columns + c];
    for (size_t i = 0; i < v.size(); ++i) a[(row + i) * columns + c] -= 2 * along * v[i];
  }
}

/// The v whose reflection maps x to a multiple of the first axis. Zeros, whose reflection does nothing, if x is zero.
std::vector<double> reflection_to_axis(std::vector<double> x) {
  const auto length = [&] {
    double sum = 0;
    for (const double element : x) sum += element * element;
    return std::sqrt(sum);
  };
  // The mirror image with the other sign: no digits cancel.
  x[0] += std::copysign(length(), x[0]);
  const double size = length();
  for (double& element : x) element = size > 0 ? element / size : 0;
  return x;
}

}  // namespace

QrFactors qr_factors(std::vector<double> a, int64_t rows, int64_t columns) {
  check(rows >= columns && columns >= 1, "qr_factors: got ", rows, " rows and ", columns,
        " columns, expected at least one column and as many rows; transpose a wide matrix");
  const auto m = static_cast<size_t>(rows), n = static_cast<size_t>(columns);
  check(a.size() == m * n, "qr_factors: got ", a.size(), " elements, expected a matrix of ", rows, " x ", columns);
  check(std::all_of(a.begin(), a.end(), [](double element) { return std::isfinite(element); }),
        "qr_factors: an element is not finite");

  // Reflections turn A into R.
  std::vector<std::vector<double>> reflections;
  for (size_t k = 0; k < n; ++k) {
    std::vector<double> column;
    for (size_t i = k; i < m; ++i) column.push_back(a[i * n + k]);
    reflections.push_back(reflection_to_axis(std::move(column)));
    reflect(reflections[k], k, k, n, a);
  }

  // The same reflections in reverse order turn the axes into Q's columns.
  QrFactors result{std::vector<double>(m * n, 0.0), std::vector<double>(n * n, 0.0)};
  for (size_t k = 0; k < n; ++k) result.q[k * n + k] = 1;
  for (size_t k = n; k-- > 0;) reflect(reflections[k], k, k, n, result.q);

  for (size_t k = 0; k < n; ++k) {
    const double sign = a[k * n + k] < 0 ? -1 : 1;
    for (size_t c = k; c < n; ++c) result.r[k * n + c] = sign * a[k * n + c];
    for (size_t i = 0; i < m; ++i) result.q[i * n + k] *= sign;
  }
  return result;
}

Tensor random_orthogonal(int64_t rows, int64_t columns, const Random& random) {
  check(rows >= 1 && columns >= 1, "random_orthogonal: got ", rows, " x ", columns, ", both must be at least 1");
  const int64_t longer = std::max(rows, columns), shorter = std::min(rows, columns);
  std::vector<double> normals;
  for (int64_t i = 0; i < rows * columns; ++i) normals.push_back(random.normal(static_cast<uint64_t>(i)));
  const std::vector<double> q = qr_factors(std::move(normals), longer, shorter).q;
  Tensor result({rows, columns});
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      const int64_t place = rows >= columns ? i * shorter + j : j * shorter + i;
      result[i * columns + j] = static_cast<Real>(q[static_cast<size_t>(place)]);
    }
  }
  return result;
}

}  // namespace onefold
