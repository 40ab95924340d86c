#include "examples/exercises/exercise.h"

std::vector<double> im2col_row(const std::vector<double>& x, int H, int W, int C, int R, int S, int padding, int p,
                               int q);

// Each value spells its row, column and channel, counted from 1.
void onefold::exercise::check() {
  const Values x = {111, 112, 121, 122, 131, 132, 211, 212, 221, 222, 231, 232};
  expect("2x3 image of 2 channels, 2x2 window at (0, 1)", im2col_row(x, 2, 3, 2, 2, 2, 0, 0, 1),
         {121, 122, 131, 132, 221, 222, 231, 232},
         {{{121, 131, 221, 231, 122, 132, 222, 232}, "channels come last: they are the innermost loop"},
          {{121, 131, 122, 132, 221, 231, 222, 232}, "channels come last: they are the innermost loop"},
          {{0, 0, 0, 0, 221, 222, 231, 232}, "row 0 and column 0 of the image are inside"},
          {{121, 122, 221, 222, 131, 132, 231, 232}, "the window goes down its columns: rows come first"}});
  expect("the same image, 2x2 window at (0, 0), padding 1", im2col_row(x, 2, 3, 2, 2, 2, 1, 0, 0),
         {0, 0, 0, 0, 0, 0, 111, 112},
         {{{111, 112}, "what is beyond the edge has to take its place in the row, as 0"},
          {{111, 112, 121, 122, 211, 212, 221, 222}, "the padding is not used: the window begins at p - padding"},
          {{0, 0, 0, 0, 0, 0, 0, 0}, "row 0 and column 0 of the image are inside"}});
  expect("the same image, 2x2 window at (2, 3), padding 1", im2col_row(x, 2, 3, 2, 2, 2, 1, 2, 3),
         {231, 232, 0, 0, 0, 0, 0, 0});
}
