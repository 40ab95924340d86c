#include <functional>

#include "examples/exercises/exercise.h"

double central_difference(const std::function<double(double)>& f, double x, double eps);

// For a cube the error is eps^2, so the step is seen in the result.
void onefold::exercise::check() {
  const auto cube = [](double x) { return x * x * x; };
  expect("the slope of x^3 at 2 with eps 0.1: 12 + 0.1^2", central_difference(cube, 2, 0.1), 12.01,
         {{{24.02}, "the two points are 2 eps apart"},
          {{12.61}, "only one side is nudged: the error is eps, not eps^2"},
          {{6.305}, "only one side is nudged, and the two points are then eps apart"},
          {{0.1201}, "divide by 2 eps: half of it has become a factor"},
          {{-12.01}, "the sign: the value above minus the value below"}});
  expect("the slope of x^3 at -1 with eps 0.5", central_difference(cube, -1, 0.5), 3.25);
}
