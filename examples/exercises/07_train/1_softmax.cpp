// Exercise 07.1. Softmax that does not overflow.
// Page: docs/07-train-on-shapes10.md
//
// Return the probabilities of softmax: exp(z_k) divided by the sum of all exp(z_j). They must be right for logits of
// any size: exp(1000) is infinite. Subtracting the same number from all logits changes nothing.

#include <algorithm>
#include <cmath>
#include <vector>

std::vector<double> softmax(const std::vector<double>& logits) { return logits; }
