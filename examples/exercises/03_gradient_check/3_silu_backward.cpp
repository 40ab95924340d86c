// Exercise 03.3. The gradient of SiLU.                         Page: docs/03-gradient-check.md
//
// SiLU is y = x s(x), where s(x) = 1 / (1 + exp(-x)). Its slope is s(x) + x s(x) (1 - s(x)). A backward function gets
// the inputs x and the gradients dy of the results, and returns those of the inputs: for each element dy times the
// slope.

#include <cmath>
#include <vector>

std::vector<double> silu_backward(const std::vector<double>& x, const std::vector<double>& dy) {
  // Your code.
  return std::vector<double>(x.size());
}
