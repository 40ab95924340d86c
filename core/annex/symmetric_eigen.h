#pragma once

#include <cstdint>
#include <vector>

namespace onefold {

/// The eigenvalues of a symmetric matrix, in descending order, and its orthonormal eigenvectors.
struct SymmetricEigen {
  std::vector<double> values;   // [n]
  std::vector<double> vectors;  // [n, n]; row i belongs to values[i], its element of largest magnitude is positive
};

/// Eigenvalues and eigenvectors of a symmetric n x n matrix, row-major, in double, by Jacobi rotations: each rotates
/// the plane of two axes so that the element between them becomes zero, until all off-diagonal elements are. For small
/// matrices: it takes six to ten sweeps over all pairs, of about 6 n^3 multiply-adds each.
/// Golub, Van Loan: "Matrix Computations", 4th edition, section 8.5.
/// Throws Error if the number of elements is not n^2, an element is not finite, or the matrix is not symmetric.
SymmetricEigen symmetric_eigen(std::vector<double> matrix, int64_t n);

}  // namespace onefold
