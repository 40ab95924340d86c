// Lesson 2. Autograd by hand: a complete engine for scalars, and two graphs on which simpler engines go wrong.
//
// Command: build/examples/02_autograd_by_hand
// Page:    docs/02-autograd-by-hand.md
//
// Expected output (at once):
//   1. b = a + a, c = b + b at a = 2: c = 4 a
//   ...
//   naive recursion                8           0   wrong
//   ...
//   onefold                        4           0
//   2. d = a b, e = a + d, f = d e at a = 2, b = 3: f = a^2 b + a^2 b^2
//   ...
//   recursion, each node once     30          16   wrong
//   ...
//   20 doublings: naive recursion 1048575 steps, topological order 20
//   ...
//   digraph history {
//   ...

#include <cstdio>
#include <functional>
#include <memory>
#include <unordered_set>
#include <vector>

#include "autograd/graph.h"
#include "autograd/ops.h"
#include "examples/cli/program.h"

using namespace onefold;

namespace {

// -- the engine, forward: every result remembers its inputs and its slope with respect to each

// [scalar]
/// A value, the gradient of the final result with respect to it, and how it was computed.
struct Scalar {
  double value = 0;
  double grad = 0;
  std::vector<std::shared_ptr<Scalar>> inputs;
  std::vector<double> slopes;  // d value / d input, one per input
};
using ScalarPtr = std::shared_ptr<Scalar>;

ScalarPtr number(double value) { return std::make_shared<Scalar>(Scalar{value, 0, {}, {}}); }

ScalarPtr add(const ScalarPtr& a, const ScalarPtr& b) {
  return std::make_shared<Scalar>(Scalar{a->value + b->value, 0, {a, b}, {1, 1}});
}

ScalarPtr multiply(const ScalarPtr& a, const ScalarPtr& b) {
  return std::make_shared<Scalar>(Scalar{a->value * b->value, 0, {a, b}, {b->value, a->value}});
}
// [/scalar]

// -- the engine, backward: one rule, three orders in which to apply it

int64_t steps = 0;  // number of applications of the chain rule

// [chain-rule]
/// The chain rule at one node: every input receives the node's gradient times the slope with respect to that input.
void pass_down(const Scalar& node) {
  ++steps;
  for (size_t i = 0; i < node.inputs.size(); ++i) node.inputs[i]->grad += node.slopes[i] * node.grad;
}
// [/chain-rule]

// [naive]
void naive_recursion(const ScalarPtr& node) {
  if (node->inputs.empty()) return;
  pass_down(*node);
  for (const ScalarPtr& input : node->inputs) naive_recursion(input);
}
// [/naive]

// [once]
void recursion_once(const ScalarPtr& node, std::unordered_set<ScalarPtr>& seen) {
  if (node->inputs.empty() || !seen.insert(node).second) return;
  pass_down(*node);
  for (const ScalarPtr& input : node->inputs) recursion_once(input, seen);
}
// [/once]

// [topological]
/// Lists a node after all its inputs. Walked backwards, all users of a node come before it.
void list_inputs_first(const ScalarPtr& node, std::unordered_set<ScalarPtr>& seen, std::vector<ScalarPtr>& order) {
  if (node->inputs.empty() || !seen.insert(node).second) return;
  for (const ScalarPtr& input : node->inputs) list_inputs_first(input, seen, order);
  order.push_back(node);
}

void topological(const ScalarPtr& result) {
  std::unordered_set<ScalarPtr> seen;
  std::vector<ScalarPtr> order;
  list_inputs_first(result, seen, order);
  for (auto node = order.rbegin(); node != order.rend(); ++node) pass_down(**node);
}
// [/topological]

// -- two graphs, each written once for both engines: V is ScalarPtr or onefold's Variable

// [graphs]
template <class V>
V double_twice(const V& a, const V&) {
  const V b = add(a, a);
  return add(b, b);
}

template <class V>
V diamond(const V& a, const V& b) {
  const V d = multiply(a, b);
  const V e = add(a, d);
  return multiply(d, e);
}
// [/graphs]

struct Gradients {
  double da, db;
};
using Graph = std::function<ScalarPtr(ScalarPtr, ScalarPtr)>;
using OnefoldGraph = std::function<Variable(Variable, Variable)>;
using Walk = std::function<void(const ScalarPtr&)>;

Gradients differentiate(const Graph& graph, const Walk& backward) {
  const ScalarPtr a = number(2), b = number(3);
  const ScalarPtr result = graph(a, b);
  result->grad = 1;
  backward(result);
  return {a->grad, b->grad};
}

Gradients differentiate_with_onefold(const OnefoldGraph& graph) {
  const Variable a(Tensor::full({}, 2), /*requires_grad=*/true), b(Tensor::full({}, 3), /*requires_grad=*/true);
  graph(a, b).backward();
  const auto gradient = [](const Variable& v) { return v.grad().defined() ? static_cast<double>(v.grad().item()) : 0; };
  return {gradient(a), gradient(b)};
}

/// One line per way to walk the graph, checked against the gradients found with pencil and paper.
void compare(Gradients by_hand, const Graph& graph, const OnefoldGraph& same_graph) {
  const auto line = [&](const char* name, Gradients got) {
    const bool right = got.da == by_hand.da && got.db == by_hand.db;
    std::printf("   %-26s %5g %11g%s\n", name, got.da, got.db, right ? "" : "   wrong");
  };
  const auto once = [](const ScalarPtr& result) {
    std::unordered_set<ScalarPtr> seen;
    recursion_once(result, seen);
  };
  std::puts("                              d / da      d / db");
  line("by hand", by_hand);
  line("naive recursion", differentiate(graph, naive_recursion));
  line("recursion, each node once", differentiate(graph, once));
  line("topological order", differentiate(graph, topological));
  line("onefold", differentiate_with_onefold(same_graph));
}

/// How often the chain rule is applied to x + x, doubled again and again.
int64_t steps_for_doublings(int count, const Walk& backward) {
  ScalarPtr x = number(1);
  for (int i = 0; i < count; ++i) x = add(x, x);
  x->grad = 1;
  steps = 0;
  backward(x);
  return steps;
}

void lesson() {
  std::puts("1. b = a + a, c = b + b at a = 2: c = 4 a");
  compare({4, 0}, double_twice<ScalarPtr>, double_twice<Variable>);

  // f = ab (a + ab) = a^2 b + a^2 b^2, so df/da = 2ab + 2ab^2 and df/db = a^2 + 2a^2 b.
  std::puts("\n2. d = a b, e = a + d, f = d e at a = 2, b = 3: f = a^2 b + a^2 b^2");
  compare({2 * 2 * 3 + 2 * 2 * 9, 4 + 2 * 4 * 3}, diamond<ScalarPtr>, diamond<Variable>);

  std::puts("\n3. What it costs to double a number again and again");
  for (const int count : {5, 10, 20}) {
    std::printf("   %2d doublings: naive recursion %lld steps, topological order %lld\n", count,
                static_cast<long long>(steps_for_doublings(count, naive_recursion)),
                static_cast<long long>(steps_for_doublings(count, topological)));
  }

  std::puts("\n4. The second graph in Graphviz's language, to be drawn by dot -Tsvg");
  // [graphviz]
  const Variable a(Tensor::full({}, 2), /*requires_grad=*/true), b(Tensor::full({}, 3), /*requires_grad=*/true);
  std::printf("%s", graphviz(diamond(a, b)).c_str());
  // [/graphviz]
}

}  // namespace

int main(int argc, char** argv) { return run_lesson(argc, argv, lesson); }
