// Exercise 16.1. The slope of a penalty.
// Page: docs/16-kernels-in-motion.md
//
// A folded kernel is k_i = gamma / sigma w_i + rest_i: a branch with its batch norm, and what other branches add. The
// penalty is the sum of k_i^2. Return its slope towards gamma.

#include <cstddef>
#include <vector>

double penalty_slope(double gamma, double sigma, const std::vector<double>& w, const std::vector<double>& rest) {
  (void)gamma, (void)sigma, (void)w, (void)rest;
  return 0;
}
