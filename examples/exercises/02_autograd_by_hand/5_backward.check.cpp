#include "examples/exercises/exercise.h"

struct Node {
  std::vector<int> inputs;
  std::vector<double> slopes;
};

std::vector<double> gradients(const std::vector<Node>& nodes);

void onefold::exercise::check() {
  expect("a chain: node 1 is 3 times node 0, node 2 is 2 times node 1", gradients({{{}, {}}, {{0}, {3}}, {{1}, {2}}}),
         {6, 2, 1},
         {{{0, 0, 0}, "begin with the result: its own gradient is 1"},
          {{3, 2, 1}, "each slope has to be multiplied by the gradient of the node that passes it on"},
          {{0, 2, 1}, "the walk begins at the wrong end: nodes pass on gradients that are not there yet"}});
  expect("b = a + a", gradients({{{}, {}}, {{0, 0}, {1, 1}}}), {2, 1},
         {{{1, 1}, "a later share replaces an earlier one: add them up"}});
  // d = a b, e = a + d, f = d e at a = 2, b = 3.
  expect("lesson 2's second graph: a, b, d, e, f",
         gradients({{{}, {}}, {{}, {}}, {{0, 1}, {3, 2}}, {{0, 2}, {1, 1}}, {{2, 3}, {8, 6}}}), {48, 28, 14, 6, 1},
         {{{30, 16, 14, 6, 1}, "d has passed its gradient down before it was complete"}});
}
