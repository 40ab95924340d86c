// Exercise 02.5. The backward pass.                            Page: docs/02-autograd-by-hand.md
//
// The nodes of a graph are listed so that each comes after its inputs; the last is the result, f. Node v was computed
// from the nodes v.inputs, and v.slopes has the slope of v with respect to each. Return the gradient of every node: how
// much f grows, per unit by which the node grows. That of f is 1. By the chain rule every node passes its gradient,
// times the slope, to each of its inputs, where what arrives is added up; and it does so when its own gradient is
// complete.

#include <vector>

struct Node {
  std::vector<int> inputs;  // places in the list
  std::vector<double> slopes;
};

std::vector<double> gradients(const std::vector<Node>& nodes) {
  // Your code.
  return std::vector<double>(nodes.size());
}
