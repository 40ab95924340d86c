#include "examples/exercises/exercise.h"

int output_size(int size, int kernel, int stride, int padding);

void onefold::exercise::check() {
  expect("5 pixels, kernel 3, stride 1, no padding", output_size(5, 3, 1, 0), 3,
         {{{2}, "the first place counts, too: these are the steps between places"},
          {{5}, "the window has to lie inside: it has fewer places than there are pixels"}});
  expect("32 pixels, kernel 3, stride 1, padding 1", output_size(32, 3, 1, 1), 32,
         {{{31}, "the padding is at both ends"}, {{30}, "the padding is not used"}});
  expect("32 pixels, kernel 3, stride 2, padding 1", output_size(32, 3, 2, 1), 16,
         {{{32}, "the stride is not used"},
          {{17}, "what is left over at the end is not used: round down before the 1 is added"}});
  expect("7 pixels, kernel 7, stride 3, no padding", output_size(7, 7, 3, 0), 1);
}
