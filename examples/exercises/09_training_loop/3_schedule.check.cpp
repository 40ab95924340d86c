
#include "examples/exercises/exercise.h"

double rate(int step, int warmup, int steps);

void onefold::exercise::check() {
  expect("half of a warm-up of 10", rate(5, 10, 30), 0.5, {{{0}, "5 / 10 of integers is 0: divide doubles"}});
  expect("its end", rate(10, 10, 30), 1,
         {{{20.0 / 30}, "the fall begins after the warm-up: divide by steps - warmup"}});
  expect("half of the way down", rate(20, 10, 30), 0.5,
         {{{10.0 / 30}, "the fall begins after the warm-up: divide by steps - warmup"}, {{0}, "divide doubles"}});
  expect("without a warm-up", rate(0, 0, 10), 1);
}
