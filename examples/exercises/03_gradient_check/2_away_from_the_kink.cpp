// Exercise 03.2. What a check must not be given.               Page: docs/03-gradient-check.md
//
// ReLU, max(x, 0), has a kink at 0. At x = 0.001 its slope is 1; but differences with eps = 0.01 nudge x to 0.011 and
// to -0.009, and find (0.011 - 0) / 0.02 = 0.55. Neither is wrong: there is no one slope within eps of a kink. So a
// test has to choose its inputs.
//
// Return x with every value that is nearer to 0 than 2 eps moved to 2 eps, or to -2 eps if it is negative. (eps would
// be enough but for rounding.) The others stay.

#include <cmath>
#include <vector>

std::vector<double> away_from_the_kink(std::vector<double> x, double eps) {
  // Your code.
  return x;
}
