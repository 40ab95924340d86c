#include <vector>

#include "examples/exercises/exercise.h"

std::vector<double> strong_high_pass(double strength);

void onefold::exercise::check() {
  expect("strength 1, the high pass itself", strong_high_pass(1),
         {-0.0625, -0.125, -0.0625, -0.125, 0.75, -0.125, -0.0625, -0.125, -0.0625},
         {{{0.0625, 0.125, 0.0625, 0.125, 0.25, 0.125, 0.0625, 0.125, 0.0625},
           "this is the blur: a high pass is the pixel minus it"},
          {{-0.0625, -0.125, -0.0625, -0.125, -0.25, -0.125, -0.0625, -0.125, -0.0625},
           "the pixel itself is missing: 1 at the centre"}});
  expect("strength 2", strong_high_pass(2), {-0.125, -0.25, -0.125, -0.25, 1.5, -0.25, -0.125, -0.25, -0.125},
         {{{-0.125, -0.25, -0.125, -0.25, 0.5, -0.25, -0.125, -0.25, -0.125},
           "the strength multiplies the pixel, too, not the blur alone"},
          {{-0.0625, -0.125, -0.0625, -0.125, 0.75, -0.125, -0.0625, -0.125, -0.0625},
           "the strength is missing: trained, it would be lost in the fold"}});
  expect("strength 0: nothing is left", strong_high_pass(0), {0, 0, 0, 0, 0, 0, 0, 0, 0});
}
