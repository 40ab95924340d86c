// Exercise 05.5. From products to outputs.                     Page: docs/05-winograd-by-hand.md
//
// U are the transformed weights, V is the transformed tile, both 4x4, row by row. Multiply them element by element,
// which gives M, and return the 2x2 outputs y = A^T M A, row by row:
//
//   y[i][j] = sum over k and l of A^T[i][k] M[k][l] A^T[j][l]
//
// A^T has the rows (1, 1, 1, 0) and (0, 1, -1, -1).

#include <vector>

std::vector<double> outputs_of_a_tile(const std::vector<double>& U, const std::vector<double>& V) {
  // Your code.
  return std::vector<double>(4);
}
