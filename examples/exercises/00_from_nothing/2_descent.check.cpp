#include <cstddef>
#include <vector>

#include "examples/exercises/exercise.h"

std::vector<double> descend(const std::vector<double>& x, const std::vector<double>& t, double rate, int steps);

void onefold::exercise::check() {
  expect("one step from 0 with rate 0.1 on the lesson's pairs", descend({0, 1, 2, 3}, {1, 3, 5, 7}, 0.1, 1), {1.7, 0.8},
         {{{-1.7, -0.8}, "uphill: a step subtracts rate times slope"}, {{17, 8}, "the rate is missing"}});
  expect("two steps with rate 0.1 on x = {1}, t = {1}", descend({1}, {1}, 0.1, 2), {0.32, 0.32},
         {{{0.32, 0.2}, "b has not moved in every step"}});
  expect("200 steps", descend({0, 1, 2, 3}, {1, 3, 5, 7}, 0.1, 200), {2, 1}, {}, 1e-3);
}
