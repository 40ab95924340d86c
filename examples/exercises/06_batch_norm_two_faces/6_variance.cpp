// Exercise 06.6. A variance that keeps its digits.             Page: docs/06-batch-norm-two-faces.md
//
// The variance is the mean of x^2 minus the square of the mean, too: one pass over the values is enough. But where the
// mean is much larger than the spread, both are huge and nearly equal, and their difference is rounding.
//
// Return the variance of x, divided by n, so that it is right for values around 2^30, too. Two passes are simple: the
// mean first, then the mean of (x - mean)^2.

#include <vector>

double variance(const std::vector<double>& x) {
  double sum = 0, squares = 0;
  for (const double value : x) {
    sum += value;
    squares += value * value;
  }
  const double mean = sum / x.size();
  return squares / x.size() - mean * mean;
}
