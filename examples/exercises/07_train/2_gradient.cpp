// Exercise 07.2. What a logit should have been.
// Page: docs/07-train-on-shapes10.md
//
// The loss of one image is -ln of the probability of its true class, with probabilities by softmax.
// Return its slopes towards all logits: p_k for a wrong class, p_k - 1 for the true one.

#include <cmath>
#include <cstddef>
#include <vector>

std::vector<double> slopes(const std::vector<double>& logits, int label) {
  (void)label;
  return logits;
}
