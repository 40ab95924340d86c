#pragma once

#include <cstdint>
#include <vector>

#include "core/random.h"
#include "core/tensor.h"

namespace onefold {

/// A = Q R: Q has orthonormal columns, R is upper triangular with a diagonal that is not negative, which makes them
/// unique if A's columns are independent.
struct QrFactors {
  std::vector<double> q;  // [rows, columns]
  std::vector<double> r;  // [columns, columns]
};

/// The QR factors of a matrix [rows, columns], row-major, in double, by Householder reflections: each maps what is left
/// of a column to a multiple of an axis. Golub, Van Loan: "Matrix Computations", 4th edition, section 5.2.2.
/// Throws Error unless rows >= columns >= 1, the matrix has rows x columns elements, and each is finite.
QrFactors qr_factors(std::vector<double> matrix, int64_t rows, int64_t columns);

/// A random matrix [rows, columns] with orthonormal columns or, if it has more columns than rows, orthonormal rows: Q
/// of a matrix of normal numbers. All such matrices are equally likely (Haar measure), because R's diagonal is
/// positive. Mezzadri: "How to Generate Random Matrices from the Classical Compact Groups", Notices of the AMS 54,
/// 2007. Throws Error unless both extents are at least 1.
Tensor random_orthogonal(int64_t rows, int64_t columns, const Random& random);

}  // namespace onefold
