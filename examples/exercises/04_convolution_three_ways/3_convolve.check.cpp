#include "examples/exercises/exercise.h"

std::vector<double> convolve(const std::vector<double>& x, int H, int W, const std::vector<double>& w, int R, int S,
                             int stride, int padding);

void onefold::exercise::check() {
  const Values nine = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  expect("3x3 image 1 to 9, 2x2 kernel 1 2 3 4", convolve(nine, 3, 3, {1, 2, 3, 4}, 2, 2, 1, 0), {37, 47, 67, 77},
         {{{23, 33, 53, 63}, "the window is turned by 180 degrees: in deep learning it is not"},
          {{35, 45, 65, 75}, "rows and columns of the window are exchanged"},
          {{32, 39, 67, 77}, "row 0 of the image is left out: it is inside"},
          {{24, 47, 42, 77}, "column 0 of the image is left out: it is inside"}});
  expect("2x2 image 1 2 3 4, 3x3 kernel 1 to 9, padding 1", convolve({1, 2, 3, 4}, 2, 2, nine, 3, 3, 1, 1),
         {77, 67, 47, 37},
         {{{60, 53, 39, 32}, "row 0 of the image is left out: it is inside"},
          {{48, 42, 30, 24}, "column 0 of the image is left out: it is inside"},
          {{23, 33, 53, 63}, "the window is turned by 180 degrees: in deep learning it is not"}});
  expect("4x4 image 0 to 15, 2x2 kernel 1 0 0 0, stride 2",
         convolve({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, 4, 4, {1, 0, 0, 0}, 2, 2, 2, 0),
         {0, 2, 8, 10},
         {{{0, 1, 4, 5}, "the window moves by one pixel: multiply p and q by the stride"},
          {{0, 2, 4, 6}, "the stride is used along columns only"},
          {{0, 1, 8, 9}, "the stride is used along rows only"}});
  expect("3x2 image 1 to 6, 1x1 kernel 1, stride 2, padding 1", convolve({1, 2, 3, 4, 5, 6}, 3, 2, {1}, 1, 1, 2, 1),
         {0, 0, 0, 4, 0, 0},
         {{{0, 0, 0, 1, 0, 5}, "the padding is not scaled by the stride: subtract it after the multiplication"}});
}
