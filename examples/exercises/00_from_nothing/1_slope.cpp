// Exercise 00.1. The slope of a loss.
// Page: docs/00-a-network-from-nothing.md
//
// A neuron answers w x + b. Its loss is the mean of (w x + b - t)^2 over all pairs of an input x and a target t.
// Return the slope of the loss towards w.

#include <cstddef>
#include <vector>

double slope_towards_w(const std::vector<double>& x, const std::vector<double>& t, double w, double b) { return 0; }
