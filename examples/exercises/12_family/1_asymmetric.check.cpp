#include <vector>

#include "examples/exercises/exercise.h"

std::vector<double> fold_asymmetric(const std::vector<double>& square, const std::vector<double>& row,
                                    const std::vector<double>& column);

void onefold::exercise::check() {
  const Values ones(9, 1);
  expect(
      "ones, and the row 10, 20, 30", fold_asymmetric(ones, {10, 20, 30}, {0, 0, 0}), {1, 1, 1, 11, 21, 31, 1, 1, 1},
      {{{1, 11, 1, 1, 21, 1, 1, 31, 1}, "row and column are exchanged: 1x3 is one row"},
       {{11, 21, 31, 1, 1, 1, 1, 1, 1}, "with padding 0 and 1 the 1x3 lies on the pixel's own row: the middle one"}});
  expect("and the column 100, 200, 300", fold_asymmetric(ones, {10, 20, 30}, {100, 200, 300}),
         {1, 101, 1, 11, 221, 31, 1, 301, 1});
}
