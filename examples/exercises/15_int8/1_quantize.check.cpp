#include <algorithm>
#include <cmath>
#include <vector>

#include "examples/exercises/exercise.h"

std::vector<double> quantized(const std::vector<double>& weights);

void onefold::exercise::check() {
  expect("127, -3.4, 0.6", quantized({127, -3.4, 0.6}), {127, -3, 1},
         {{{127, -3, 0}, "round to the nearest; a cast cuts off"}, {{127, -4, 0}, "round to the nearest, not down"}});
  expect("-254, 1.1: the largest is negative", quantized({-254, 1.1}), {-254, 2},
         {{{-254, 1.1}, "the step comes from the largest magnitude"},
          {{std::round(-254 / (1.1 / 127)) * (1.1 / 127), 1.1},
           "the step comes from the largest magnitude, not the largest value"}});
  expect("zeros", quantized({0, 0}), {0, 0});
}
