#include <vector>

#include "examples/exercises/exercise.h"

double at_the_corner(const std::vector<double>& weights, double shift, double outside);

void onefold::exercise::check() {
  const Values weights = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  expect("shift 1, zeros outside", at_the_corner(weights, 1, 0), 5 + 6 + 8 + 9,
         {{{45}, "this is the interior: at the corner only four taps meet the image"},
          {{1 + 2 + 4 + 5}, "this is the bottom right corner: at the top left, the first row and column are outside"}});
  expect("shift 1, 1 outside: as in the interior", at_the_corner(weights, 1, 1), 45);
  expect("shift 1, 10 outside", at_the_corner(weights, 1, 10), 28 + 170,
         {{{28}, "taps outside meet `outside`, not nothing"}});
}
