#include "examples/exercises/exercise.h"

/// A result, and its slope with respect to each input.
struct Step {
  double value;
  std::vector<double> slopes;
};

Step divide_step(double a, double b);

void onefold::exercise::check() {
  expect("the value of 3 / 2", divide_step(3, 2).value, 1.5);
  expect("the slopes of 3 / 2", divide_step(3, 2).slopes, {0.5, -0.75},
         {{{0.5, 0.75}, "the sign of the second: a larger b makes the quotient smaller"},
          {{0.5, -1.5}, "the second divides by b once; the derivative of 1 / b is -1 / b^2"},
          {{0.5, -0.25}, "the second lacks the factor a"},
          {{-0.75, 0.5}, "the order: first the slope with respect to a"}});
}
