#include <cmath>

#include "examples/exercises/exercise.h"

/// A result, and its slope with respect to each input.
struct Step {
  double value;
  std::vector<double> slopes;
};

Step tanh_step(double x);

void onefold::exercise::check() {
  expect("the slope at 0, where tanh is steepest", tanh_step(0).slopes, {1});
  const double value = std::tanh(1);
  expect("the value at 1", tanh_step(1).value, value);
  expect("the slope at 1", tanh_step(1).slopes, {1 - value * value},
         {{{0}, "this is 1 - x^2: square the result, not the input"},
          {{1 - value}, "the square is missing"},
          {{1 + value * value}, "the sign is wrong: the slope is largest at 0"}});
}
