#include <vector>

#include "examples/exercises/exercise.h"

std::vector<double> step(double w, double v, double slope, double rate, double decay);

void onefold::exercise::check() {
  expect("w 1, v 0, slope 2, rate 0.1, no decay", step(1, 0, 2, 0.1, 0), {0.62, 2},
         {{{0.8, 2}, "this is momentum without the look-ahead: the step is g + 0.9 v, not v"},
          {{1.38, 2}, "uphill: the step is subtracted"}});
  expect("w 1, v 10, slope 2, rate 0.1, no decay", step(1, 10, 2, 0.1, 0), {1 - 0.1 * (2 + 0.9 * 11), 11},
         {{{1 - 0.1 * (2 + 0.9 * 10), 11}, "the look-ahead uses the new v"}});
  expect("w 1, v 0, slope 0, rate 0.1, decay 0.5", step(1, 0, 0, 0.1, 0.5), {1 - 0.1 * 0.95, 0.5},
         {{{1, 0}, "weight decay is missing: it adds decay w to the slope"}});
}
