// Exercise 02.3. A step with two inputs.                       Page: docs/02-autograd-by-hand.md
//
// Write the step of a division, y = a / b. It has two slopes, in the order of the inputs: with respect to a, and with
// respect to b. (School algebra: the derivative of 1 / b is -1 / b^2.)

#include <vector>

/// A result, and its slope with respect to each input.
struct Step {
  double value;
  std::vector<double> slopes;
};

Step divide_step(double a, double b) {
  // Your code.
  return {0, {0, 0}};
}
