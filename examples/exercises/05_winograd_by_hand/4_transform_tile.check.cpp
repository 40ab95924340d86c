#include "examples/exercises/exercise.h"

std::vector<double> transform_tile(std::vector<double> d);

void onefold::exercise::check() {
  expect(
      "a tile whose first column is 1 2 4 7, the others 0",
      transform_tile({1, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 7, 0, 0, 0}),
      {-3, 0, 0, 0, 6, 0, 0, 0, 2, 0, 0, 0, -5, 0, 0, 0},
      {{{1, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 7, 0, 0, 0}, "the columns are not transformed"},
       {{-3, 0, 0, 0, 6, 0, 0, 0, -2, 0, 0, 0, -5, 0, 0, 0}, "the sign of the third: d2 - d1"},
       {{-3, 0, 0, 0, 6, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0}, "the sign of the fourth: d1 - d3"},
       {{-3, 0, 0, 0, 6, 0, 0, 0, -2, 0, 0, 0, -1, 0, 0, 0}, "the old values are needed: keep them before you write"}});
  expect("lesson 5's tile", transform_tile({3, 2, 0, 4, 3, 3, 0, 3, 0, 0, 0, 1, 1, 5, 0, 3}),
         {3, 2, -2, -1, 3, 3, -3, -1, -3, -3, 3, -1, 2, -2, 2, -2},
         {{{3, 2, 0, 3, 3, 3, 0, 4, -3, -3, 0, -2, 2, -2, 0, 0}, "the columns are done: now transform each row"},
          {{3, 3, -3, 2, 2, 3, -3, -2, -2, -3, 3, 2, -1, -1, -1, -2}, "this is the transpose of V"}});
}
