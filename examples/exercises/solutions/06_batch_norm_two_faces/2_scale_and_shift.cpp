#include <cmath>

struct Line {
  double scale, shift;
};

Line scale_and_shift(double gamma, double beta, double mean, double variance, double eps) {
  const double scale = gamma / std::sqrt(variance + eps);
  return {scale, beta - scale * mean};
}
