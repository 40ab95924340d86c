#include "examples/exercises/exercise.h"

std::vector<double> input_gradient(const std::vector<double>& dy, int P, int Q, const std::vector<double>& w, int R,
                                   int S, int padding);

void onefold::exercise::check() {
  expect("dy of one pixel, 1, and a 2x2 kernel 1 2 3 4", input_gradient({1}, 1, 1, {1, 2, 3, 4}, 2, 2, 0), {1, 2, 3, 4},
         {{{4, 3, 2, 1}, "the kernel is turned by 180 degrees: each pixel gets the weight that it was multiplied by"},
          {{1, 3, 2, 4}, "rows and columns of the kernel are exchanged"}});
  expect("dy of 2x2 pixels, all 1, and the same kernel", input_gradient({1, 1, 1, 1}, 2, 2, {1, 2, 3, 4}, 2, 2, 0),
         {1, 3, 2, 4, 10, 6, 3, 7, 4},
         {{{1, 1, 2, 1, 1, 2, 3, 3, 4}, "windows overlap, and the last one wins: add what arrives"}});
  expect("dy of 2x3 pixels, 1 to 6, 3x3 kernel 1 to 9, padding 1",
         input_gradient({1, 2, 3, 4, 5, 6}, 2, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9}, 3, 3, 1), {26, 56, 54, 62, 119, 102},
         {{{94, 154, 106, 58, 91, 58}, "the kernel is turned by 180 degrees"}});
}
