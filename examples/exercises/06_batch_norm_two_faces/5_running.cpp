// Exercise 06.5. Running statistics.                           Page: docs/06-batch-norm-two-faces.md
//
// Each training batch moves the running mean and the running variance of a channel a tenth of the way to its own:
//
//   running = 0.9 running + 0.1 batch
//
// The batch's variance is for this divided by n - 1. Return the new running statistics.

#include <vector>

struct Running {
  double mean, variance;
};

Running update(Running running, const std::vector<double>& batch) {
  // Your code.
  return running;
}
