#include "examples/exercises/exercise.h"

double moved(double s, double a, double b, double c, int iterations);

void onefold::exercise::check() {
  expect("0.5 after one iteration with 3, -4 and 1", moved(0.5, 3, -4, 1, 1), 1.03125,
         {{{0.5625}, "A X has s^3: the powers are odd"},
          {{1.0625}, "A^2 X has s^5: the powers are odd"},
          {{1.5}, "the terms of b and c are missing"},
          {{0.5}, "this is no iteration: one too few"}});
  expect("0.1 after three", moved(0.1, 3, -4, 1, 3), 0.7142522277629587,
         {{{0.29601}, "this is the first: each begins with what the one before made"},
          {{0.7865547883618801}, "these are two"}});
  expect("0.7 after none", moved(0.7, 3, -4, 1, 0), 0.7);
}
