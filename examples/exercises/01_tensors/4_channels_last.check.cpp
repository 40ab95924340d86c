#include "examples/exercises/exercise.h"

std::vector<double> to_channels_last(const std::vector<double>& x, int C, int H, int W);

// Each value spells its row, column and channel, as in lesson 1.
void onefold::exercise::check() {
  expect("an image of one channel", to_channels_last({0, 10, 100, 110}, 1, 2, 2), {0, 10, 100, 110},
         {{{0, 100, 10, 110}, "rows and columns are exchanged"}});
  expect("2 channels, 2 rows, 3 columns; each value spells its row, column and channel",
         to_channels_last({0, 10, 20, 100, 110, 120, 1, 11, 21, 101, 111, 121}, 2, 2, 3),
         {0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121},
         {{{0, 20, 110, 1, 21, 111, 10, 100, 120, 11, 101, 121},
           "this is the other direction: it reads channels last and writes channels first"},
          {{0, 10, 20, 100, 110, 120, 1, 11, 21, 101, 111, 121}, "nothing has moved"}});
}
