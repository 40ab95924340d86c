#include "core/conv/winograd_matrices.h"

#include <cmath>
#include <numbers>

#include "core/check.h"

namespace onefold {

namespace {

/// The coefficients of prod (x - p) over all points except that at `left_out` (-1: over all), lowest power first.
std::vector<double> product_of_roots(const std::vector<double>& points, int left_out) {
  std::vector<double> coefficients = {1};
  for (int i = 0; i < static_cast<int>(points.size()); ++i) {
    if (i == left_out) continue;
    coefficients.insert(coefficients.begin(), 0);  // times x ...
    for (size_t j = 0; j + 1 < coefficients.size(); ++j) {
      coefficients[j] -= points[static_cast<size_t>(i)] * coefficients[j + 1];  // ... minus p times
    }
  }
  return coefficients;
}

double value_at(const std::vector<double>& coefficients, double x) {
  double value = 0;
  for (size_t i = coefficients.size(); i-- > 0;) value = value * x + coefficients[i];
  return value;
}

}  // namespace

WinogradMatrices winograd_matrices(int outputs, int taps, const std::vector<double>& points) {
  const int n = outputs + taps - 1;
  check(outputs >= 1 && taps >= 1 && static_cast<int>(points.size()) == n - 1, "winograd_matrices: F(", outputs, ", ",
        taps, ") needs ", n - 1, " points, got ", points.size());

  WinogradMatrices matrices;
  matrices.at.assign(static_cast<size_t>(outputs), {});
  for (int i = 0; i + 1 < n; ++i) {
    const double point = points[static_cast<size_t>(i)];
    // The polynomial that vanishes at every other point: it selects this point's value.
    const std::vector<double> others = product_of_roots(points, i);
    const double scale = value_at(others, point);
    check(scale != 0, "winograd_matrices: point ", point, " is given twice; points must differ");

    std::vector<double> kernel_row, input_row = others;
    for (int tap = 0; tap < taps; ++tap) kernel_row.push_back(std::pow(point, tap) / scale);
    input_row.push_back(0);
    matrices.g.push_back(kernel_row);
    matrices.bt.push_back(input_row);
    for (int y = 0; y < outputs; ++y) matrices.at[static_cast<size_t>(y)].push_back(std::pow(point, y));
  }

  // At infinity only the highest powers count.
  std::vector<double> kernel_row(static_cast<size_t>(taps), 0.0);
  kernel_row.back() = 1;
  matrices.g.push_back(kernel_row);
  matrices.bt.push_back(product_of_roots(points, -1));
  for (int y = 0; y < outputs; ++y) matrices.at[static_cast<size_t>(y)].push_back(y + 1 == outputs ? 1 : 0);
  return matrices;
}

std::vector<double> winograd_points(int m) {
  check(m == 2 || m == 4, "winograd: tiles of ", m, " x ", m, " outputs are not supported, choose 2 or 4");
  if (m == 2) return {0, 1, -1};
  const double root_half = 1 / std::numbers::sqrt2, root_two = std::numbers::sqrt2;
  return {0, root_half, -root_half, root_two, -root_two};
}

}  // namespace onefold
