// Exercise 15.1. Rounding to 8 bits.
// Page: docs/15-int8.md
//
// Symmetric quantization of the weights of one channel: the step is the largest magnitude divided by 127; each weight
// becomes the nearest whole number of steps. Return the weights as they are after that: whole number times step. All
// zero stay so.

#include <algorithm>
#include <cmath>
#include <vector>

std::vector<double> quantized(const std::vector<double>& weights) { return std::vector<double>(weights.size(), -1); }
