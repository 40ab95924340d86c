#include <cstdint>

#include "examples/exercises/exercise.h"

int64_t offset(int64_t n, int64_t h, int64_t w, int64_t c, int64_t height, int64_t width, int64_t channels);

void onefold::exercise::check() {
  expect("the first element", double(offset(0, 0, 0, 0, 2, 3, 4)), 0);
  expect("element (0, 1, 2, 3) of [1, 2, 3, 4], the last", double(offset(0, 1, 2, 3, 2, 3, 4)), 23,
         {{{(1 * 2 + 2) * 4 + 3}, "a row has `width` pixels: h counts rows, so multiply it by the width"}});
  expect("element (2, 1, 0, 1) of [3, 2, 3, 4]", double(offset(2, 1, 0, 1, 2, 3, 4)), 2 * 24 + 12 + 1,
         {{{((2 * 4 + 1) * 2 + 1) * 3 + 0}, "this is channels first, [N, C, H, W]: here channels are neighbours"},
          {{12 + 1}, "n is not used: each image takes height x width x channels values"}});
}
