// Exercise 09.5. Label smoothing.
// Page: docs/09-the-training-loop.md
//
// With label smoothing e, the target is not 1 for the true class and 0 for the others, but 1 - e + e / K for the true
// one of K classes and e / K for the others. The loss is - sum of target_k ln p_k. Return it.

#include <cmath>
#include <cstddef>
#include <vector>

double smoothed_loss(const std::vector<double>& p, int label, double e) { return 0; }
