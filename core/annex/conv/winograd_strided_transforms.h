#pragma once

#include "core/simd.h"

namespace onefold {

// The one-dimensional transforms of a three-tap filter at stride 2 on vectors of channels, four outputs per tile; for
// the library's own .cpp files. core/annex/conv/winograd_strided.h explains the idea. Arguments have a stride, as in
// core/conv/winograd_transforms.h.
//
//   d0 .. d8    the inputs of a tile; the even ones meet the outer taps, as a filter of two taps, the odd ones tap 1
//   points      a, -a, b, -b and infinity, with a = 1/2 and b = 3/2, which keep the error as small as a direct sum's
//   v0 .. v4    the even inputs at the five points, v5 .. v8 the odd ones at the first four
//   u0 .. u4    the outer taps at the five points, u5 = tap 1, which is the same at the first four and 0 at infinity
//   m0 .. m4    the products, at the five points: v[r] u[weight_of(r)] adds to m[point_of(r)]

struct StridedTransform {
  static constexpr int kOutputs = 4, kPoints = 5, kWeights = 6, kInputs = 9;

  static constexpr int point_of(int input) { return input % kPoints; }
  static constexpr int weight_of(int input) { return input < kPoints ? input : kPoints; }

  static constexpr Real a = Real(0.5), b = Real(1.5), a2 = a * a, b2 = b * b;

  /// M'(p) of M(x) = (x^2 - a^2) (x^2 - b^2), by which an output's share of point p is divided: -2 at a, 6 at b.
  static constexpr Real scale_a = 1 / (2 * a * (a2 - b2)), scale_b = 1 / (2 * b * (b2 - a2));

  /// Four values at the points a, -a, b, -b.
  static void at_finite_points(const Vec* d, int ds, Vec* v, int vs) {
    const Vec d0 = d[0], d1 = d[ds], d2 = d[2 * ds], d3 = d[3 * ds];
    const Vec odd_a = d3 - b2 * d1, even_a = a * (d2 - b2 * d0);
    const Vec odd_b = d3 - a2 * d1, even_b = b * (d2 - a2 * d0);
    v[0] = odd_a + even_a;
    v[vs] = odd_a - even_a;
    v[2 * vs] = odd_b + even_b;
    v[3 * vs] = odd_b - even_b;
  }

  /// Five values at all points.
  static void at_points(const Vec* d, int ds, Vec* v, int vs) {
    v[4 * vs] = d[4 * ds] - (a2 + b2) * d[2 * ds] + (a2 * b2) * d[0];
    at_finite_points(d, ds, v, vs);
  }

  static void input(const Vec* d, int ds, Vec* v, int vs) {
    at_points(d, 2 * ds, v, vs);
    at_finite_points(d + ds, 2 * ds, v + kPoints * vs, vs);
  }

  /// Four outputs from the products at the finite points.
  static void output_of_finite(const Vec* m, int ms, Vec* y, int ys) {
    const Vec difference_a = scale_a * (m[0] - m[ms]), sum_a = (scale_a * a) * (m[0] + m[ms]);
    const Vec difference_b = scale_b * (m[2 * ms] - m[3 * ms]), sum_b = (scale_b * b) * (m[2 * ms] + m[3 * ms]);
    y[0] = difference_a + difference_b;
    y[ys] = sum_a + sum_b;
    y[2 * ys] = a2 * difference_a + b2 * difference_b;
    y[3 * ys] = a2 * sum_a + b2 * sum_b;
  }

  /// Four outputs from the products at all points.
  static void output(const Vec* m, int ms, Vec* y, int ys) {
    output_of_finite(m, ms, y, ys);
    y[3 * ys] += m[4 * ms];
  }

  static void output_adjoint(const Vec* y, int ys, Vec* z, int zs) {
    const Vec y0 = y[0], y1 = y[ys], y2 = y[2 * ys], y3 = y[3 * ys];
    const Vec even_a = scale_a * (y0 + a2 * y2), odd_a = (scale_a * a) * (y1 + a2 * y3);
    const Vec even_b = scale_b * (y0 + b2 * y2), odd_b = (scale_b * b) * (y1 + b2 * y3);
    z[0] = odd_a + even_a;
    z[zs] = odd_a - even_a;
    z[2 * zs] = odd_b + even_b;
    z[3 * zs] = odd_b - even_b;
    z[4 * zs] = y3;
  }

  /// Eight pixels of the input's gradient: one parity from nine products at all points, the other from the finite ones.
  static void input_gradient(const Vec* m, int ms, Vec* dx, int xs) {
    output(m, ms, dx + xs, 2 * xs);
    output_of_finite(m + kPoints * ms, ms, dx, 2 * xs);
  }

  static void kernel(const Vec* g, int gs, Vec* u, int us) {
    const Vec g0 = g[0], g1 = g[gs], g2 = g[2 * gs];
    u[0] = g0 + a * g2;
    u[us] = g0 - a * g2;
    u[2 * us] = g0 + b * g2;
    u[3 * us] = g0 - b * g2;
    u[4 * us] = g2;
    u[5 * us] = g1;
  }

  static void kernel_adjoint(const Vec* u, int us, Vec* g, int gs) {
    const Vec u0 = u[0], u1 = u[us], u2 = u[2 * us], u3 = u[3 * us], u4 = u[4 * us], u5 = u[5 * us];
    g[0] = (u0 + u1) + (u2 + u3);
    g[gs] = u5;
    g[2 * gs] = a * (u0 - u1) + b * (u2 - u3) + u4;
  }
};

}  // namespace onefold
