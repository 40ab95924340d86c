#include <cstddef>
#include <vector>

#include "examples/exercises/exercise.h"

double slope_towards_w(const std::vector<double>& x, const std::vector<double>& t, double w, double b);

void onefold::exercise::check() {
  expect("x = {3}, t = {1}, w = 1, b = 0: the error is 2", slope_towards_w({3}, {1}, 1, 0), 12,
         {{{6}, "the 2 is missing: the slope of e^2 is 2 e"},
          {{4}, "x is missing: if w grows by 1, the answer grows by x"},
          {{-12}, "the sign is turned: the error is the answer minus the target"}});
  expect("the four pairs of the lesson at w = b = 0", slope_towards_w({0, 1, 2, 3}, {1, 3, 5, 7}, 0, 0), -17,
         {{{-68}, "this is the sum over the pairs; the loss is their mean"}});
  expect("the same at w = b = 1", slope_towards_w({0, 1, 2, 3}, {1, 3, 5, 7}, 1, 1), -7,
         {{{-10}, "b is missing: the neuron answers w x + b"}});
}
