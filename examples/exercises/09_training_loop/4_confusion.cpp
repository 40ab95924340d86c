// Exercise 09.4. Accuracy from a confusion matrix.
// Page: docs/09-the-training-loop.md
//
// counts[t][p] is the number of images of true class t that were taken for class p. Return the accuracy over all
// images, then for each class the share of its images that were found.

#include <cstddef>
#include <vector>

std::vector<double> accuracies(const std::vector<std::vector<int>>& counts) {
  return std::vector<double>(counts.size() + 1);
}
