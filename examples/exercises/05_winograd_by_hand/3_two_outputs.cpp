// Exercise 05.3. Two outputs with four multiplications.        Page: docs/05-winograd-by-hand.md
//
// This computes two outputs of a filter g of three taps from four inputs d, with 6 multiplications:
//
//   y0 = d0 g0 + d1 g1 + d2 g2        y1 = d1 g0 + d2 g1 + d3 g2
//
// Do it with 4. The filter comes in a second form, computed once and for all:
//
//   u1 = g0     u2 = (g0 + g1 + g2) / 2     u3 = (g0 - g1 + g2) / 2     u4 = g2
//
// (here u[0] to u[3]). Compute
//
//   m1 = (d0 - d2) u1     m2 = (d1 + d2) u2     m3 = (d2 - d1) u3     m4 = (d1 - d3) u4
//
// and then y0 = m1 + m2 + m3 and y1 = m2 - m3 - m4. A Number counts its multiplications.

#include <array>

#include "examples/exercises/05_winograd_by_hand/number.h"

std::array<Number, 2> two_outputs(const std::array<Number, 4>& d, const std::array<Number, 3>& g,
                                  const std::array<Number, 4>& u) {
  return {d[0] * g[0] + d[1] * g[1] + d[2] * g[2], d[1] * g[0] + d[2] * g[1] + d[3] * g[2]};
}
