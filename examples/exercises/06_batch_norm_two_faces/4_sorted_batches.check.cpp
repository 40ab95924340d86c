#include <cmath>

#include "examples/exercises/exercise.h"

double difference_left(const std::vector<double>& nights, const std::vector<double>& days, bool sorted);

// All values have mean 3 and variance 5; the nights alone 1 and 1, the days alone 5 and 1.
void onefold::exercise::check() {
  const double left = 4 / std::sqrt(5.0);
  expect("nights 0 2, days 4 6, sorted", difference_left({0, 2}, {4, 6}, true), 0,
         {{{4}, "each batch is normalised: its own mean is subtracted"},
          {{left}, "if sorted, nights and days are two batches, each with its own mean"}});
  expect("nights 0 2, days 4 6, in one batch", difference_left({0, 2}, {4, 6}, false), left,
         {{{-left}, "the sign: days minus nights"},
          {{4}, "the variance is that of the whole batch, also between nights and days"},
          {{4 / std::sqrt(20.0 / 3)}, "this variance is divided by n - 1: in a batch it is by n"},
          {{0.8}, "divide by the square root of the variance"},
          {{0}, "in one batch they share a mean, and the difference stays"}});
  expect("nights 0 2, days 4 6 4 6, in one batch", difference_left({0, 2}, {4, 6, 4, 6}, false),
         4 / std::sqrt(1 + 32.0 / 9), {{{left}, "the mean is that of all values: there are more days than nights"}});
}
