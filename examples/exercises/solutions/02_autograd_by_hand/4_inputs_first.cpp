#include <vector>

void visit(int node, const std::vector<std::vector<int>>& inputs, std::vector<bool>& seen, std::vector<int>& order) {
  if (seen[node]) return;
  seen[node] = true;
  for (const int input : inputs[node]) visit(input, inputs, seen, order);
  order.push_back(node);
}

std::vector<int> inputs_first(int result, const std::vector<std::vector<int>>& inputs) {
  std::vector<bool> seen(inputs.size());
  std::vector<int> order;
  visit(result, inputs, seen, order);
  return order;
}
