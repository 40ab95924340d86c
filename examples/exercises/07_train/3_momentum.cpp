// Exercise 07.3. A step with momentum and weight decay.
// Page: docs/07-train-on-shapes10.md
//
// One step of one weight, as chapter 7 writes it, with momentum 0.9 and Nesterov's look-ahead:
//   g = slope + decay w,   v <- 0.9 v + g,   w <- w - rate (g + 0.9 v).
// Return {w, v} after the step.

#include <vector>

std::vector<double> step(double w, double v, double slope, double rate, double decay) {
  (void)slope, (void)rate, (void)decay;
  return {w, v};
}
