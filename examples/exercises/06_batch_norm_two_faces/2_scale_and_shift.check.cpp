#include "examples/exercises/exercise.h"

struct Line {
  double scale, shift;
};

Line scale_and_shift(double gamma, double beta, double mean, double variance, double eps);

void onefold::exercise::check() {
  const Line line = scale_and_shift(3, 5, 10, 3.75, 0.25);
  expect("the scale for gamma 3, beta 5, mean 10, variance 3.75, eps 0.25", line.scale, 1.5,
         {{{0.75}, "divide by the square root: the standard deviation, not the variance"},
          {{3 / 1.936491673}, "eps is missing under the root"},
          {{3 / (1.936491673 + 0.25)}, "eps stands under the root"},
          {{0.5}, "gamma is missing"}});
  expect("the shift for the same", line.shift, -10,
         {{{-5}, "the mean is scaled, too: subtract scale times the mean"},
          {{20}, "the sign: the mean is subtracted"},
          {{-15}, "beta is missing"},
          {{5}, "the mean is missing: at x = mean the result is beta"},
          {{10}, "the sign: beta is added, the mean subtracted"}});
}
