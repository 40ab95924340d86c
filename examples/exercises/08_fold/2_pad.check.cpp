#include <vector>

#include "examples/exercises/exercise.h"

std::vector<double> as_3x3(double weight);

void onefold::exercise::check() {
  expect(
      "weight 5", as_3x3(5), {0, 0, 0, 0, 5, 0, 0, 0, 0},
      {{{5, 0, 0, 0, 0, 0, 0, 0, 0}, "with padding 1, the pixel itself is under the centre tap, not under the first"},
       {{5, 5, 5, 5, 5, 5, 5, 5, 5}, "this adds up nine pixels; a 1x1 sees one"}});
}
