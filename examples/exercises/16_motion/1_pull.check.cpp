#include <cstddef>
#include <vector>

#include "examples/exercises/exercise.h"

double penalty_slope(double gamma, double sigma, const std::vector<double>& w, const std::vector<double>& rest);

void onefold::exercise::check() {
  expect("gamma 6, sigma 2, w {1, 2}, rest {10, 0}", penalty_slope(6, 2, {1, 2}, {10, 0}), 2 * (13 * 0.5 + 6 * 1),
         {{{13 * 0.5 + 6}, "the 2 of the square is missing"},
          {{2 * (3 * 0.5 + 6)}, "the penalty is on the sum: k has the other branches in it"},
          {{2 * (13.0 + 12)}, "k moves by w / sigma if gamma moves by 1"}});
  expect("gamma 2, sigma 4, w {3}, rest {1}", penalty_slope(2, 4, {3}, {1}), 3.75);
}
