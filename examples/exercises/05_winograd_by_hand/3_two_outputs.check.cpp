#include <array>

#include "examples/exercises/05_winograd_by_hand/number.h"
#include "examples/exercises/exercise.h"

std::array<Number, 2> two_outputs(const std::array<Number, 4>& d, const std::array<Number, 3>& g,
                                  const std::array<Number, 4>& u);

// Products: m1 = -2, m2 = 15, m3 = 1, m4 = -9.
void onefold::exercise::check() {
  const auto got = two_outputs({{{1}, {2}, {3}, {5}}}, {{{1}, {2}, {3}}}, {{{1}, {3}, {1}, {3}}});
  expect("d = 1 2 3 5, g = 1 2 3", {got[0].value, got[1].value}, {14, 23},
         {{{14, 5}, "the sign of m4: it is (d1 - d3) u4, and y1 subtracts it"},
          {{12, 25}, "the sign of m3: it is (d2 - d1) u3"},
          {{14, 25}, "the sign of m3 in y1"},
          {{18, 23}, "the sign of m1: it is (d0 - d2) u1"},
          {{20, 23}, "m1 has the difference of d0 and d2, not their sum"}});
  expect("multiplications", multiplications, 4, {{{6}, "right, but the plain way: use m1 to m4"}});
}
