#include "examples/exercises/exercise.h"

double variance(const std::vector<double>& x);

// The square of 2^30 + 1 has 61 bits, of which a double keeps 53.
void onefold::exercise::check() {
  expect("the variance of 1 2 3 4", variance({1, 2, 3, 4}), 1.25,
         {{{5.0 / 3}, "this is divided by n - 1; divide by n"}, {{5}, "divide the sum by n"}});
  const double far = 1 << 30;
  expect("the variance of the same plus 2^30", variance({far + 1, far + 2, far + 3, far + 4}), 1.25,
         {{{0}, "the squares have lost their last digits: subtract the mean before you square"},
          {{-6.25}, "the squares have lost their last digits: subtract the mean before you square"}});
}
