#include "examples/exercises/exercise.h"

std::vector<int> inputs_first(int result, const std::vector<std::vector<int>>& inputs);

// Each graph has one order only.
void onefold::exercise::check() {
  const auto order = [](int result, const std::vector<std::vector<int>>& inputs) {
    const std::vector<int> got = inputs_first(result, inputs);
    return Values(got.begin(), got.end());
  };
  expect("a chain: node 0 is made from 1, and 1 from 2", order(0, {{1}, {2}, {}}), {2, 1, 0},
         {{{0, 1, 2}, "each node comes before its inputs: list a node when its inputs are listed"}});
  expect("b = a + a, e = a b, f = e b with a = node 2, b = 0, e = 3, f = 1", order(1, {{2, 2}, {3, 0}, {}, {2, 0}}),
         {2, 0, 3, 1},
         {{{2, 2, 2, 0, 3, 2, 2, 0, 1}, "nodes are listed once for each use: remember which you have seen"},
          {{1, 3, 0, 2}, "each node comes before its inputs: turn the order round"},
          {{1, 3, 2, 0}, "each node comes before its inputs: list a node when its inputs are listed"}});
  expect("a chain 2, 1, and node 0, which node 1 does not need", order(1, {{2}, {2}, {}}), {2, 1},
         {{{2, 0, 1}, "node 0 is not needed for node 1: begin at the result"}});
}
