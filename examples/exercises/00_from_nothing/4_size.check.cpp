
#include "examples/exercises/exercise.h"

int places(int size, int filter, int stride, int padding);

void onefold::exercise::check() {
  expect("5 pixels, filter 3", places(5, 3, 1, 0), 3, {{{2}, "one too few: the first place counts, too"}});
  expect("32 pixels, filter 3, padding 1", places(32, 3, 1, 1), 32, {{{31}, "padding is at both ends"}});
  expect("5 pixels, filter 3, stride 2, padding 1", places(5, 3, 2, 1), 3,
         {{{5}, "the stride is missing"}, {{2}, "padding is at both ends"}});
  expect("32 pixels, filter 3, stride 2, padding 1", places(32, 3, 2, 1), 16,
         {{{17}, "round down: the filter must fit"}});
}
