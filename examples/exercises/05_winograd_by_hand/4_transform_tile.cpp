// Exercise 05.4. The transform of a tile.                      Page: docs/05-winograd-by-hand.md
//
// A tile d of 4x4 inputs, row by row, becomes V = B^T d B: first each column is transformed, then each row of what that
// gave. A column or a row (d0, d1, d2, d3) becomes
//
//   (d0 - d2,  d1 + d2,  d2 - d1,  d1 - d3)
//
// Return V, row by row.

#include <vector>

std::vector<double> transform_tile(std::vector<double> d) {
  // Your code.
  return d;
}
