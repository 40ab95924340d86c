#include "examples/exercises/exercise.h"

std::vector<double> away_from_the_kink(std::vector<double> x, double eps);

void onefold::exercise::check() {
  expect("0.001 with eps 0.01", away_from_the_kink({0.001}, 0.01), {0.02},
         {{{0.001}, "0.001 stays: differences would find 0.55 there"},
          {{0.01}, "this moves it by one eps: use twice that"},
          {{0.021}, "this adds 2 eps: move the value to 2 eps"}});
  expect("-3 -0.015 -0.001 0 0.001 0.015 0.5 with eps 0.01",
         away_from_the_kink({-3, -0.015, -0.001, 0, 0.001, 0.015, 0.5}, 0.01),
         {-3, -0.02, -0.02, 0.02, 0.02, 0.02, 0.5},
         {{{-3, 0.02, 0.02, 0.02, 0.02, 0.02, 0.5}, "what is negative has to stay negative: both sides want a test"},
          {{-0.02, -0.02, -0.02, 0.02, 0.02, 0.02, 0.5}, "-3 is far from 0: compare the size, not the value"},
          {{0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.5}, "-3 is far from 0: compare the size, not the value"},
          {{-3, -0.015, -0.02, 0.02, 0.02, 0.015, 0.5}, "0.015 is nearer to 0 than 2 eps, too"}});
}
