#include <cstdint>

#include "examples/exercises/exercise.h"

int64_t multiplications_of_layer(int64_t P, int64_t Q, int64_t C, int64_t K, int64_t m);

void onefold::exercise::check() {
  expect("4x4 pixels, one channel, m = 2", double(multiplications_of_layer(4, 4, 1, 1, 2)), 64,
         {{{144}, "these are the plain way's: 9 for each output"},
          {{16}, "this is one tile's: there are (P / m) (Q / m)"},
          {{16 * 16}, "each tile computes m x m outputs, so there are fewer tiles than pixels"}});
  expect("4x4 pixels, 3 -> 5 channels, m = 4", double(multiplications_of_layer(4, 4, 3, 5, 4)), 36 * 15,
         {{{36 * 3}, "each output channel has products of its own"},
          {{36 * 5}, "each input channel has products of its own"},
          {{36}, "each pair of an input and an output channel has products of its own"}});
  expect("7x5 pixels, one channel, m = 4", double(multiplications_of_layer(7, 5, 1, 1, 4)), 4 * 36,
         {{{36}, "the last tiles hang over the edge: round up"},
          {{2 * 36}, "tiles hang over both edges: round up along each axis"},
          {{3 * 36}, "tiles hang over both edges: round up along each axis, then multiply"}});
}
