#pragma once

#include <vector>

namespace onefold {

/// The three matrices of a one-dimensional fast convolution F(outputs, taps): y = A^T [(G g) . (B^T d)].
/// Row-major; n = outputs + taps - 1 is the number of multiplications, and of inputs per tile.
struct WinogradMatrices {
  std::vector<std::vector<double>> at;  // [outputs][n]
  std::vector<std::vector<double>> g;   // [n][taps]
  std::vector<std::vector<double>> bt;  // [n][n]
};

/// Constructs the matrices from n - 1 distinct points, at which polynomials are multiplied pointwise; the n-th point is
/// infinity. Any points give an exact algorithm, but they determine how rounding errors grow. Throws Error if the
/// number of points is wrong or two points are equal. Cook-Toom: Toom 1963, Cook 1966; Blahut: "Fast Algorithms for
/// Signal Processing", section 5.2.
WinogradMatrices winograd_matrices(int outputs, int taps, const std::vector<double>& points);

/// The points that the kernels use: 0, +-1 for m = 2; 0, +-sqrt(1/2), +-sqrt(2) for m = 4, which halves the error of
/// 0, +-1, +-2.
std::vector<double> winograd_points(int m);

}  // namespace onefold
