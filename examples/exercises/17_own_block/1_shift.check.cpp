#include <vector>

#include "examples/exercises/exercise.h"

std::vector<double> shift_and_scale(double weight);

void onefold::exercise::check() {
  expect("weight 3", shift_and_scale(3), {0, 0, 0, 0, 0, 3, 0, 0, 0},
         {{{0, 0, 0, 3, 0, 0, 0, 0, 0}, "this moves to the right: to move to the left, look at the pixel on the right"},
          {{0, 0, 0, 0, 0, 1, 0, 0, 0}, "the 1x1's weight is missing"},
          {{0, 0, 0, 0, 0, 0, 0, 3, 0}, "this takes the pixel below: rows come first"}});
}
