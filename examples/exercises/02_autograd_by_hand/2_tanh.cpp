// Exercise 02.2. A new step for the engine.                    Page: docs/02-autograd-by-hand.md
//
// Each step of the lesson's engine knows its result and the slope with respect to its input. Write the step of the
// hyperbolic tangent: its value is tanh x, and its slope is 1 - (tanh x)^2.

#include <cmath>
#include <vector>

/// A result, and its slope with respect to each input.
struct Step {
  double value;
  std::vector<double> slopes;
};

Step tanh_step(double x) {
  // Your code.
  return {0, {0}};
}
