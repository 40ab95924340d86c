#include <vector>

/// A result, and its slope with respect to each input.
struct Step {
  double value;
  std::vector<double> slopes;
};

Step divide_step(double a, double b) { return {a / b, {1 / b, -a / (b * b)}}; }
