// Exercise 02.4. An order for the graph.                       Page: docs/02-autograd-by-hand.md
//
// inputs[v] lists the nodes that node v was computed from; a node may appear there twice, as in a + a. Return the nodes
// that `result` depends on, and `result` itself, each once, so that every node comes after all its inputs. Leave out
// nodes that `result` does not need. You may add a second function.

#include <vector>

std::vector<int> inputs_first(int result, const std::vector<std::vector<int>>& inputs) {
  // Your code.
  return {};
}
