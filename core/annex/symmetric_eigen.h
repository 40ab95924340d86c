#pragma once

#include <cstdint>
#include <vector>

namespace onefold {

/// The eigenvalues of a symmetric matrix, largest first, and its eigenvectors, which are orthonormal.
struct SymmetricEigen {
  std::vector<double> values;   // [n]
  std::vector<double> vectors;  // [n, n]; row i belongs to values[i], its number of largest size is positive
};

/// Eigenvalues and eigenvectors of a symmetric n x n matrix, row-major, in double, by Jacobi's rotations: each turns
/// the plane of two axes so that the element between them becomes zero, until all are. For small matrices: six to ten
/// sweeps over all pairs are enough, of some 6 n^3 multiply-adds each.
/// Golub, Van Loan: "Matrix Computations", 4th edition, section 8.5.
/// Throws Error for another number of elements, one that is not finite, and a matrix that is not symmetric.
SymmetricEigen symmetric_eigen(std::vector<double> matrix, int64_t n);

}  // namespace onefold
