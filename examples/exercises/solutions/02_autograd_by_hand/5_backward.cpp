#include <vector>

struct Node {
  std::vector<int> inputs;  // places in the list
  std::vector<double> slopes;
};

std::vector<double> gradients(const std::vector<Node>& nodes) {
  std::vector<double> gradient(nodes.size());
  gradient.back() = 1;
  for (int v = int(nodes.size()) - 1; v >= 0; --v)
    for (size_t i = 0; i < nodes[v].inputs.size(); ++i)
      gradient[nodes[v].inputs[i]] += nodes[v].slopes[i] * gradient[v];
  return gradient;
}
