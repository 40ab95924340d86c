#include <functional>

#include "examples/exercises/exercise.h"

double along_a_direction(const std::function<double(const std::vector<double>&)>& loss, const std::vector<double>& x,
                         const std::vector<double>& gradient, const std::vector<double>& v, double eps);

// The loss x0 x1 + 3 x2^2 is quadratic, so that central differences are exact. At (2, 5, 1) its gradient is (5, 2, 6).
void onefold::exercise::check() {
  int evaluations = 0;
  const auto loss = [&](const Values& x) {
    ++evaluations;
    return x[0] * x[1] + 3 * x[2] * x[2];
  };
  const Values x = {2, 5, 1}, v = {1, -2, 0.5};
  expect("a gradient that is wrong in its second element, (5, 2.25, 6), along (1, -2, 0.5)",
         along_a_direction(loss, x, {5, 2.25, 6}, v, 0.1), 0.5,
         {{{4}, "this is the slope found: subtract the dot product"},
          {{4.5}, "the slope is twice what it should be: the two points are 2 eps apart"},
          {{-0.5}, "the sign: the slope found minus the dot product"},
          {{36.5}, "the nudge is v alone: multiply it by eps"},
          {{4 - 13.25}, "the gradient is added up without v: multiply element by element first"}});
  expect("evaluations of the loss", evaluations, 2);
  expect("the right gradient, (5, 2, 6)", along_a_direction(loss, x, {5, 2, 6}, v, 0.1), 0);
}
