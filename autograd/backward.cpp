#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "autograd/variable.h"
#include "core/check.h"
#include "core/ops/elementwise.h"

namespace onefold {

namespace {

using NodePtr = std::shared_ptr<Node>;

/// Every node that `last` was computed from and `last` itself, each after all nodes that it was computed from.
/// A depth-first walk that keeps its path in a vector: a graph may be deeper than the call stack allows.
std::vector<NodePtr> topological_order(const NodePtr& last) {
  struct Visit {
    NodePtr node;
    size_t next_input = 0;
  };
  std::vector<NodePtr> order;
  std::vector<Visit> path{{last}};
  std::unordered_set<const Node*> seen{last.get()};
  while (!path.empty()) {
    Visit& visit = path.back();
    check(visit.node->backward != nullptr, "backward: the history of ", visit.node->name,
          " was freed by an earlier backward(); run the forward pass again");
    if (visit.next_input < visit.node->inputs.size()) {
      const NodePtr& input = visit.node->inputs[visit.next_input++].node();
      if (input && seen.insert(input.get()).second) path.push_back({input});
    } else {
      order.push_back(std::move(visit.node));
      path.pop_back();
    }
  }
  return order;
}

/// The gradients of a node's inputs, shown to the observers. Throws Error if the op's backward returned the wrong
/// number of gradients or a wrong shape.
Grads input_gradients(const Node& node, const Tensor& dy) {
  Grads grads = node.backward(dy);
  check(grads.size() == node.inputs.size(), "backward of ", node.name, ": returned ", grads.size(), " gradients for ",
        node.inputs.size(), " inputs; return one per input, in their order");
  for (size_t i = 0; i < grads.size(); ++i) {
    const Variable& input = node.inputs[i];
    if (!input.requires_grad()) continue;
    check(grads[i].defined(), "backward of ", node.name, ": returned no gradient for input ", i,
          ", which needs one; return a tensor of its shape ", input.shape());
    check(grads[i].shape() == input.shape(), "backward of ", node.name, ": returned gradient ", grads[i].shape(),
          " for input ", i, " of shape ", input.shape(), "; a gradient has its input's shape");
  }
  OpObserver::tell_of_backward(node, dy, grads);
  return grads;
}

}  // namespace

void Variable::backward(const Tensor& dy) const {
  check(requires_grad(), "backward: nothing that this variable was computed from requires a gradient",
        ", or it was computed under NoGrad; make parameters as Variable(tensor, true)");
  check(dy.defined() && dy.shape() == shape(), "backward: got gradient ", dy.shape(), ", the variable has ", shape(),
        "; give one of its shape");

  // [backward-loop]
  // A leaf keeps its gradient. The gradient of an op's result waits here, summed over all uses of the result.
  struct Gradient {
    Tensor sum;
    int uses = 0;
  };
  std::unordered_map<const Node*, Gradient> gradients;
  const auto deliver = [&](const Variable& to, const Tensor& gradient) {
    if (!to.node()) return to.receive(gradient);
    auto& [sum, uses] = gradients[to.node().get()];
    // The first gradient may be shared, so the first addition makes a new tensor; later ones add in place.
    sum = uses == 0 ? gradient : uses == 1 ? add(sum, gradient) : add_to(std::move(sum), gradient);
    ++uses;
  };

  std::vector<NodePtr> order = node() ? topological_order(node()) : std::vector<NodePtr>{};
  deliver(*this, dy);
  while (!order.empty()) {
    // Take the last node: every node that uses its result is done, so its gradient is complete.
    const NodePtr node = std::move(order.back());
    order.pop_back();
    const Grads grads = input_gradients(*node, gradients.extract(node.get()).mapped().sum);
    for (size_t i = 0; i < grads.size(); ++i) {
      if (node->inputs[i].requires_grad()) deliver(node->inputs[i], grads[i]);
    }

    // Free what the op saved, and its references to its inputs.
    node->backward = nullptr;
    node->inputs.clear();
  }
  // [/backward-loop]
}

void Variable::backward() const {
  check(value().size() == 1, "backward: the variable ", shape(), " has ", value().size(),
        " elements; take its sum or mean first, or give backward() a gradient of its shape");
  backward(Tensor::full(shape(), 1));
}

}  // namespace onefold
