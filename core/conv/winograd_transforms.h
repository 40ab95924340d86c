#pragma once

#include "core/simd.h"

namespace onefold {

// The one-dimensional transforms of F(2,3) and F(4,3) on vectors of channels, for the library's own .cpp files.
// Weights pass through kernel(), in transform_weights() of winograd.cpp. Each is the product with a matrix of
// winograd_matrices(m, 3, winograd_points(m)), with the terms that +p and -p share computed once; a test checks that
// they are equal. Arguments have a stride, so that the same code transforms the columns and the rows of a tile.

template <int M>
struct WinogradTransform;

template <>
struct WinogradTransform<2> {
  static constexpr int kTile = 4;

  static void input(const Vec* d, int ds, Vec* v, int vs) {  // B^T d
    const Vec d0 = d[0], d1 = d[ds], d2 = d[2 * ds], d3 = d[3 * ds];
    v[0] = d2 - d0;
    v[vs] = d2 + d1;
    v[2 * vs] = d2 - d1;
    v[3 * vs] = d3 - d1;
  }

  static void output(const Vec* m, int ms, Vec* y, int ys) {  // A^T m
    const Vec m1 = m[ms], m2 = m[2 * ms];
    y[0] = m[0] + m1 + m2;
    y[ys] = m1 - m2 + m[3 * ms];
  }

  static void output_adjoint(const Vec* y, int ys, Vec* z, int zs) {  // A y
    const Vec y0 = y[0], y1 = y[ys];
    z[0] = y0;
    z[zs] = y0 + y1;
    z[2 * zs] = y0 - y1;
    z[3 * zs] = y1;
  }

  static void kernel(const Vec* g, int gs, Vec* u, int us) {  // G g
    const Vec g0 = g[0], g1 = g[gs], g2 = g[2 * gs];
    const Vec half = broadcast(Real{1} / 2), even = half * (g0 + g2), odd = half * g1;
    u[0] = -g0;
    u[us] = even + odd;
    u[2 * us] = even - odd;
    u[3 * us] = g2;
  }

  static void kernel_adjoint(const Vec* u, int us, Vec* g, int gs) {  // G^T u
    const Vec half = broadcast(Real{1} / 2), even = half * (u[us] + u[2 * us]), odd = half * (u[us] - u[2 * us]);
    const Vec u0 = u[0], u3 = u[3 * us];
    g[0] = even - u0;
    g[gs] = odd;
    g[2 * gs] = even + u3;
  }
};

template <>
struct WinogradTransform<4> {
  static constexpr int kTile = 6;

  // The points are 0, +-a, +-b and infinity, with a^2 = 1/2 and b^2 = 2; then a^2 b^2 = 1 and a^2 + b^2 = 5/2.
  static constexpr Real a = Real(0.70710678118654752440L), b = Real(1.41421356237309504880L);
  static constexpr Real a2 = Real(0.5), b2 = 2, sum2 = Real(2.5);

  static void input(const Vec* d, int ds, Vec* v, int vs) {  // B^T d
    const Vec d0 = d[0], d1 = d[ds], d2 = d[2 * ds], d3 = d[3 * ds], d4 = d[4 * ds], d5 = d[5 * ds];
    const Vec even_a = d4 - b2 * d2, odd_a = a * (d3 - b2 * d1);
    const Vec even_b = d4 - a2 * d2, odd_b = b * (d3 - a2 * d1);
    v[0] = d0 - sum2 * d2 + d4;
    v[vs] = even_a + odd_a;
    v[2 * vs] = even_a - odd_a;
    v[3 * vs] = even_b + odd_b;
    v[4 * vs] = even_b - odd_b;
    v[5 * vs] = d1 - sum2 * d3 + d5;
  }

  static void output(const Vec* m, int ms, Vec* y, int ys) {  // A^T m
    const Vec even_a = m[ms] + m[2 * ms], odd_a = m[ms] - m[2 * ms];
    const Vec even_b = m[3 * ms] + m[4 * ms], odd_b = m[3 * ms] - m[4 * ms];
    y[0] = m[0] + even_a + even_b;
    y[ys] = a * odd_a + b * odd_b;
    y[2 * ys] = a2 * even_a + b2 * even_b;
    y[3 * ys] = (a * a2) * odd_a + (b * b2) * odd_b + m[5 * ms];
  }

  static void output_adjoint(const Vec* y, int ys, Vec* z, int zs) {  // A y
    const Vec y0 = y[0], y1 = y[ys], y2 = y[2 * ys], y3 = y[3 * ys];
    const Vec even_a = y0 + a2 * y2, odd_a = a * (y1 + a2 * y3);
    const Vec even_b = y0 + b2 * y2, odd_b = b * (y1 + b2 * y3);
    z[0] = y0;
    z[zs] = even_a + odd_a;
    z[2 * zs] = even_a - odd_a;
    z[3 * zs] = even_b + odd_b;
    z[4 * zs] = even_b - odd_b;
    z[5 * zs] = y3;
  }

  // M'(p) of M(x) = x (x^2 - a^2) (x^2 - b^2), by which a kernel's value at p is divided: 1, -3/2 and 6.
  static constexpr Real scale_a = Real(-1) / Real(1.5), scale_b = Real(1) / 6;

  static void kernel(const Vec* g, int gs, Vec* u, int us) {  // G g
    const Vec g0 = g[0], g1 = g[gs], g2 = g[2 * gs];
    const Vec even_a = scale_a * (g0 + a2 * g2), odd_a = (scale_a * a) * g1;
    const Vec even_b = scale_b * (g0 + b2 * g2), odd_b = (scale_b * b) * g1;
    u[0] = g0;
    u[us] = even_a + odd_a;
    u[2 * us] = even_a - odd_a;
    u[3 * us] = even_b + odd_b;
    u[4 * us] = even_b - odd_b;
    u[5 * us] = g2;
  }

  static void kernel_adjoint(const Vec* u, int us, Vec* g, int gs) {  // G^T u
    const Vec even_a = scale_a * (u[us] + u[2 * us]), odd_a = (scale_a * a) * (u[us] - u[2 * us]);
    const Vec even_b = scale_b * (u[3 * us] + u[4 * us]), odd_b = (scale_b * b) * (u[3 * us] - u[4 * us]);
    const Vec u0 = u[0], u5 = u[5 * us];
    g[0] = u0 + even_a + even_b;
    g[gs] = odd_a + odd_b;
    g[2 * gs] = a2 * even_a + b2 * even_b + u5;
  }
};

/// A one-dimensional transform along both axes of a tile: [From][From] -> [To][To].
template <int From, int To, auto transform>
inline void along_both_axes(const Vec* from, Vec* to) {
  Vec columns[To * From];
  for (int j = 0; j < From; ++j) transform(from + j, From, columns + j, From);
  for (int i = 0; i < To; ++i) transform(columns + i * From, 1, to + i * To, 1);
}

}  // namespace onefold
