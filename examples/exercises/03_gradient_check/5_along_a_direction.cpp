// Exercise 03.5. A million gradients in two passes.            Page: docs/03-gradient-check.md
//
// To check the gradient of a loss with a million parameters one by one takes two million evaluations. Two are enough to
// check it along one direction v: nudge all parameters at once, to x + eps v and to x - eps v. The slope found there,
//
//   (loss(x + eps v) - loss(x - eps v)) / (2 eps),
//
// should be the dot product of the gradient and v, the sum of all gradient[i] v[i]. Return the difference: the slope
// found minus the dot product. (What is wrong with a gradient at right angles to v stays unseen, so v is random.)

#include <functional>
#include <vector>

double along_a_direction(const std::function<double(const std::vector<double>&)>& loss, const std::vector<double>& x,
                         const std::vector<double>& gradient, const std::vector<double>& v, double eps) {
  // Your code.
  return -1;
}
