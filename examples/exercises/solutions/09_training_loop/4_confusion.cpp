#include <cstddef>
#include <vector>

std::vector<double> accuracies(const std::vector<std::vector<int>>& counts) {
  double right = 0, all = 0;
  std::vector<double> result = {0};
  for (size_t t = 0; t < counts.size(); ++t) {
    double row = 0;
    for (const int count : counts[t]) row += count;
    right += counts[t][t];
    all += row;
    result.push_back(counts[t][t] / row);
  }
  result[0] = right / all;
  return result;
}
