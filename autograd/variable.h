#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace onefold {

/// One gradient per input, in the inputs' order; an undefined tensor if none is needed.
using Grads = std::vector<Tensor>;

/// Computes the gradients of an op's inputs from that of its output; undefined for an input that requires none. It
/// returns new tensors or dy itself, which others may share, so it must not write into dy. Its capture list is what the
/// op saves: Tensors, the output's too, whose values do not change while they are held (see mutable_value()). Never a
/// Variable: an input's value may have been replaced by then, and capturing the output is a cycle that is never freed.
using Backward = std::function<Grads(const Tensor& dy)>;

struct Node;

/// A tensor's place in the graph: a shared handle on a value, its gradient, and the op that made it.
class Variable {
 public:
  /// No variable: it has no value, and no op accepts it unless its declaration says so.
  Variable() = default;

  /// A leaf: data, or with `requires_grad` a parameter whose gradient backward() fills in.
  explicit Variable(Tensor value, bool requires_grad = false);

  bool defined() const { return state_ != nullptr; }

  /// Throws Error for no variable.
  const Tensor& value() const;
  const Shape& shape() const { return value().shape(); }

  /// True for a parameter and for what was computed from one, false for data and for no variable.
  bool requires_grad() const;

  /// The gradient in a leaf that requires one, added up over calls of backward() until clear_grad(); undefined before,
  /// and for everything else. Others may share its buffer: never write into it.
  const Tensor& grad() const;
  void clear_grad();

  /// Replaces a leaf's value by one of the same shape, sharing its buffer. Throws Error for another shape, and for
  /// the result of an op.
  void set_value(Tensor value);

  /// A leaf's value, to write into, as optimizers do. It is written in place where nobody else holds it; else it is
  /// copied first, and whoever holds it, as a graph holds what its gradients are made of, keeps the numbers it had.
  /// Throws Error for the result of an op.
  Tensor& mutable_value();

  /// Runs the graph backwards from this variable, a single number, and frees the history on the way.
  /// Throws Error if the value has more than one element, if nothing requires a gradient, if the history was already
  /// freed (in these three cases nothing changes), and if an op returns gradients of wrong number or shape.
  void backward() const;

  /// The same from a given gradient of this variable's shape.
  void backward(const Tensor& dy) const;

  /// The op that made this value; null for a leaf and without history.
  const std::shared_ptr<Node>& node() const;

  /// The same handle: two Variables are one place in the graph.
  bool is(const Variable& other) const { return state_ == other.state_; }
  const void* id() const { return state_.get(); }

 private:
  struct State;
  friend struct Node;
  friend Variable record(std::string, Tensor, std::vector<Variable>, Backward);
  void receive(const Tensor& gradient) const;  // adds to a leaf's grad()
  std::shared_ptr<State> state_;
};

/// One executed op: its name, what went in, and how gradients come back. backward() empties the last two.
struct Node {
  std::string name;
  std::vector<Variable> inputs;
  Backward backward;

  Node(std::string op, std::vector<Variable> from, Backward rule);
  ~Node();  // frees a long chain of nodes one by one, not by recursion
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
};

/// Enters an op into the graph: `value` was computed from `inputs`. History is kept only where an input requires a
/// gradient and no NoGrad stands above; elsewhere the result is a plain leaf and `backward` is dropped at once.
/// Throws Error for an undefined value or input.
Variable record(std::string name, Tensor value, std::vector<Variable> inputs, Backward backward);

/// While one lives, ops on this thread keep no history: for evaluation.
class NoGrad {
 public:
  NoGrad();
  ~NoGrad();
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  bool before_;
};

/// Whether ops on this thread keep history now.
bool grad_enabled();

/// Sees every op on this thread while it lives, with or without history: what counters and anomaly detection use.
/// If several live, the innermost sees an op first. What on_op throws leaves the op; what on_backward throws leaves
/// backward(), with its history freed in part.
class OpObserver {
 public:
  OpObserver();
  virtual ~OpObserver();
  OpObserver(const OpObserver&) = delete;
  OpObserver& operator=(const OpObserver&) = delete;

  /// An op has computed its result; where history is kept, the result has its node.
  virtual void on_op(const std::string& name, const std::vector<Variable>& inputs, const Variable& result) = 0;

  /// backward() has the gradients of an op's inputs, made of dy, that of its result, and has not passed them on yet.
  virtual void on_backward(const Node&, const Tensor& /*dy*/, const Grads&) {}

  /// For backward() alone: calls on_backward of each observer.
  static void tell_of_backward(const Node& node, const Tensor& dy, const Grads& gradients);

 private:
  OpObserver* outer_;
  friend Variable record(std::string, Tensor, std::vector<Variable>, Backward);
};

}  // namespace onefold
