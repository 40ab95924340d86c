// Exercise 03.1. A slope from two values.                      Page: docs/03-gradient-check.md
//
// Return the slope of f at x from central differences with step eps:
//
//   (f(x + eps) - f(x - eps)) / (2 eps)

#include <functional>

double central_difference(const std::function<double(double)>& f, double x, double eps) {
  // Your code.
  return 0;
}
