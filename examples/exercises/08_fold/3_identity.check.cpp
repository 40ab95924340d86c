#include <cstddef>
#include <vector>

#include "examples/exercises/exercise.h"

std::vector<double> identity_kernel(int channels);

void onefold::exercise::check() {
  Values want(36), all_to_all(36), first_tap(36);
  for (int c = 0; c < 2; ++c) want[size_t(16 + 2 * c + c)] = first_tap[size_t(2 * c + c)] = 1;
  for (size_t i = 16; i < 20; ++i) all_to_all[i] = 1;
  expect("two channels", identity_kernel(2), want,
         {{all_to_all, "each output channel copies its own input channel alone: c = k"},
          {first_tap, "the pixel is under the centre tap, (1, 1)"}});
}
