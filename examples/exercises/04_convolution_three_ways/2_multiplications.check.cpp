#include <cstdint>

#include "examples/exercises/exercise.h"

int64_t multiplications(int64_t P, int64_t Q, int64_t R, int64_t S, int64_t C, int64_t K, int64_t groups);

void onefold::exercise::check() {
  expect("32x32 pixels, 3x3, 64 -> 64 channels", double(multiplications(32, 32, 3, 3, 64, 64, 1)), 37748736,
         {{{589824}, "this lacks a factor 64: each output channel sums over all input channels"},
          {{36864}, "this is one pixel's: there are P Q of them"}});
  expect("8x4 pixels, 5x3, 6 -> 12 channels in 2 groups", double(multiplications(8, 4, 5, 3, 6, 12, 2)), 17280,
         {{{34560}, "groups are not used: an output channel sees C / groups input channels"},
          {{8640}, "this divides twice: all K output channels are still computed"}});
  expect("depthwise: 32x32 pixels, 3x3, 64 channels in 64 groups", double(multiplications(32, 32, 3, 3, 64, 64, 64)),
         589824);
}
