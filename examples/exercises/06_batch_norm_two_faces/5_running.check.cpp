#include "examples/exercises/exercise.h"

struct Running {
  double mean, variance;
};

Running update(Running running, const std::vector<double>& batch);

void onefold::exercise::check() {
  const Running after = update({0, 1}, {1, 2, 3, 4});
  expect("the running mean after the batch 1 2 3 4; it was 0", after.mean, 0.25,
         {{{2.25}, "0.9 and 0.1 are exchanged"},
          {{2.5}, "this is the batch's mean: keep nine tenths of the old"},
          {{1}, "the batch's mean is its sum divided by n"}});
  expect("the running variance after it; it was 1", after.variance, 0.9 + 0.1 * 5 / 3,
         {{{0.9 + 0.125}, "this variance is divided by n: the running one takes n - 1"},
          {{0.1 + 0.9 * 5 / 3}, "0.9 and 0.1 are exchanged"},
          {{0.1 + 0.9 * 1.25}, "0.9 and 0.1 are exchanged"},
          {{0.9 + 0.1 * 7.5}, "the variance is that around the batch's mean"}});
  expect("the running variance after the batch 7 7 7; it was 4", update({7, 4}, {7, 7, 7}).variance, 3.6);
}
