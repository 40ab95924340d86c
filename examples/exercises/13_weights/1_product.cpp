// Exercise 13.1. How a product moves.
// Page: docs/13-weights-for-weights.md
//
// The weight of a linear layer is a product W = A B of two 2x2 matrices that are trained. G is the slope of the loss
// towards W. One step of gradient descent moves A by -rate G B^T and B by -rate A^T G. Return how W moves, to first
// order in the rate: -rate (G B^T B + A A^T G). Matrices are row by row in a vector of four.

#include <vector>

std::vector<double> movement(const std::vector<double>& A, const std::vector<double>& B, const std::vector<double>& G,
                             double rate) {
  (void)A, (void)B, (void)G, (void)rate;
  return std::vector<double>(4);
}
