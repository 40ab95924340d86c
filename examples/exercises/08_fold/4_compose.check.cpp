#include <vector>

#include "examples/exercises/exercise.h"

std::vector<double> compose(const std::vector<double>& first, const std::vector<double>& second, int C, int M, int K);

void onefold::exercise::check() {
  // C = 2, M = 2, K = 1; the 3x3 has weights at its first tap alone.
  Values second(18);
  second[0] = 10, second[1] = 100;
  Values want(18), transposed(18), last(18);
  want[0] = 1 * 10 + 2 * 100, want[1] = 3 * 10 + 4 * 100;
  transposed[0] = 1 * 10 + 3 * 100, transposed[1] = 2 * 10 + 4 * 100;
  last[0] = 2 * 100, last[1] = 4 * 100;
  expect("first = {1, 2, 3, 4}, second = {10, 100, 0, ...}", compose({1, 2, 3, 4}, second, 2, 2, 1), want,
         {{transposed, "first is transposed: first[c M + m] leads from c to m"},
          {last, "the ways over all middle channels are added: += instead of ="}});
  // C = 1, M = 2, K = 2; weights at all taps.
  Values squares(36), all_taps(18), first_tap(18);
  for (size_t i = 0; i < 36; ++i) squares[i] = double(i * i);
  for (size_t i = 0; i < 18; ++i) {
    const size_t m0 = i / 2 * 4 + i % 2;
    all_taps[i] = squares[m0] + 2 * squares[m0 + 2];
    if (i < 2) first_tap[i] = all_taps[i];
  }
  expect("first = {1, 2}, second = {0, 1, 4, 9, ...}, two output channels", compose({1, 2}, squares, 1, 2, 2), all_taps,
         {{first_tap, "this is the first tap alone: there are nine"}});
}
