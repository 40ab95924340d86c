// Exercise 06.4. What batches sorted by class leave.           Page: docs/06-batch-norm-two-faces.md
//
// A network is to tell night from day, and one channel says it: its values are smaller at night. It goes through batch
// norm in training mode, with gamma 1, beta 0 and eps 0: y = (x - mean) / sqrt(variance), with the batch's own mean and
// variance, divided by n. The network can learn only from a difference that is left after it. Return that difference,
// the mean of the y of all days minus the mean of the y of all nights:
//
//   if `sorted`, when the nights are one batch and the days are another;
//   otherwise, when all nights and all days together are one batch.

#include <cmath>
#include <vector>

double difference_left(const std::vector<double>& nights, const std::vector<double>& days, bool sorted) {
  // Your code.
  return -1;
}
