double moved(double s, double a, double b, double c, int iterations) {
  for (int i = 0; i < iterations; ++i) {
    const double square = s * s;
    s *= a + b * square + c * square * square;
  }
  return s;
}
