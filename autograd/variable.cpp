#include "autograd/variable.h"

#include <utility>

#include "core/check.h"
#include "core/ops/elementwise.h"

namespace onefold {

namespace {

thread_local bool history_is_kept = true;
thread_local OpObserver* innermost_observer = nullptr;

}  // namespace

/// What all handles to the same place in the graph share.
struct Variable::State {
  Tensor value;
  bool requires_grad = false;
  Tensor grad;
  std::shared_ptr<Node> node;
};

Variable::Variable(Tensor value, bool requires_grad) {
  check(value.defined(), "variable: got an undefined tensor, expected a value; fill the tensor first");
  state_ = std::make_shared<State>(State{std::move(value), requires_grad, {}, nullptr});
}

const Tensor& Variable::value() const {
  check(defined(), "variable: it was never given a value; construct it from a tensor or by an op");
  return state_->value;
}

bool Variable::requires_grad() const { return defined() && state_->requires_grad; }

const Tensor& Variable::grad() const {
  check(defined(),
        "variable: it was never given a value, so it has no gradient;"
        " construct it from a tensor or by an op");
  return state_->grad;
}

void Variable::clear_grad() {
  if (defined()) state_->grad = {};
}

void Variable::set_value(Tensor value) {
  check(defined(), "set_value: the variable was never given a value; construct it from the tensor");
  if (node()) {
    fail("set_value: only a leaf's value can be replaced, not the result of ", node()->name,
         "; replace that of a leaf it was computed from");
  }
  check(value.defined() && value.shape() == shape(), "set_value: got ", value.shape(), ", the variable has ", shape(),
        "; give a tensor of its shape");
  state_->value = std::move(value);
}

Tensor& Variable::mutable_value() {
  check(defined(), "mutable_value: the variable was never given a value; construct it from a tensor");
  if (node()) {
    fail("mutable_value: only a leaf's value can be written, not the result of ", node()->name,
         "; write that of a leaf it was computed from");
  }
  // [copy-on-write]
  if (state_->value.is_shared()) state_->value = state_->value.clone();
  return state_->value;
  // [/copy-on-write]
}

void Variable::receive(const Tensor& gradient) const {
  state_->grad = state_->grad.defined() ? add(state_->grad, gradient) : gradient;
}

const std::shared_ptr<Node>& Variable::node() const {
  static const std::shared_ptr<Node> none;
  return defined() ? state_->node : none;
}

Node::Node(std::string op, std::vector<Variable> from, Backward rule)
    : name(std::move(op)), inputs(std::move(from)), backward(std::move(rule)) {}

Node::~Node() {
  // Destroy the earlier nodes one by one, as far as this was their only owner. Free the rule before the inputs: if it
  // captured one of them, it must not be the last owner.
  backward = nullptr;
  std::vector<Variable> pending = std::move(inputs);
  while (!pending.empty()) {
    const Variable variable = std::move(pending.back());
    pending.pop_back();
    if (variable.state_.use_count() != 1) continue;
    const std::shared_ptr<Node>& node = variable.state_->node;
    if (node.use_count() != 1) continue;
    for (Variable& input : node->inputs) pending.push_back(std::move(input));
    node->inputs.clear();
  }
}

Variable record(std::string name, Tensor value, std::vector<Variable> inputs, Backward backward) {
  bool requires_grad = false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    check(inputs[i].defined(), name, ": input ", i, " is an undefined variable; give it a value first");
    requires_grad = requires_grad || inputs[i].requires_grad();
  }

  // [record]
  Variable output(std::move(value), requires_grad && history_is_kept);
  if (output.requires_grad()) {
    check(backward != nullptr, name, ": an input requires a gradient, but the op has no backward; give record() one");
    output.state_->node = std::make_shared<Node>(name, inputs, std::move(backward));
  }
  for (OpObserver* observer = innermost_observer; observer; observer = observer->outer_) {
    observer->on_op(name, inputs, output);
  }
  return output;
  // [/record]
}

NoGrad::NoGrad() : before_(std::exchange(history_is_kept, false)) {}
NoGrad::~NoGrad() { history_is_kept = before_; }

bool grad_enabled() { return history_is_kept; }

OpObserver::OpObserver() : outer_(std::exchange(innermost_observer, this)) {}

void OpObserver::tell_of_backward(const Node& node, const Tensor& dy, const Grads& gradients) {
  for (OpObserver* observer = innermost_observer; observer; observer = observer->outer_) {
    observer->on_backward(node, dy, gradients);
  }
}

OpObserver::~OpObserver() {
  // Leave the list from any position: observers need not be destroyed in reverse order.
  OpObserver** link = &innermost_observer;
  while (*link && *link != this) link = &(*link)->outer_;
  if (*link) *link = outer_;
}

}  // namespace onefold
