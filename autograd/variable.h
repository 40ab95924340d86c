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
/// returns new tensors or dy itself, and must not write to dy, which may be shared. Its capture list is what the op
/// saves: Tensors, also the output's, whose values do not change while they are held (see mutable_value()). Never a
/// Variable: an input's value may have been replaced by then, and capturing the output is a cycle that is never freed.
using Backward = std::function<Grads(const Tensor& dy)>;

struct Node;

/// A tensor's place in the graph: a shared handle to a value, its gradient, and the op that computed it.
class Variable {
 public:
  /// An undefined variable: it has no value, and no op accepts it unless its declaration says so.
  Variable() = default;

  /// A leaf: data, or with `requires_grad` a parameter whose gradient backward() fills in.
  explicit Variable(Tensor value, bool requires_grad = false);

  bool defined() const { return state_ != nullptr; }

  /// Throws Error if undefined.
  const Tensor& value() const;
  const Shape& shape() const { return value().shape(); }

  /// True for a parameter and for anything computed from one, false for data and if undefined.
  bool requires_grad() const;

  /// The gradient of a leaf that requires one, summed over calls of backward() until clear_grad(); undefined before the
  /// first call and for other variables. Its buffer may be shared: never write to it.
  const Tensor& grad() const;
  void clear_grad();

  /// Replaces a leaf's value by one of the same shape, sharing its buffer. Throws Error for another shape, and for
  /// the result of an op.
  void set_value(Tensor value);

  /// A leaf's value for writing, as optimizers need it. Written in place if no other tensor shares its buffer; if one
  /// does, it is copied first, and the other holders, such as a graph that saved it for gradients, keep the old values.
  /// Throws Error for the result of an op.
  Tensor& mutable_value();

  /// Runs the graph backwards from this variable, a single value, and frees the history on the way.
  /// Throws Error if the value has more than one element, if nothing requires a gradient, if the history was already
  /// freed (in these three cases nothing changes), and if an op returns a wrong number of gradients or a wrong shape.
  void backward() const;

  /// The same from a given gradient of this variable's shape.
  void backward(const Tensor& dy) const;

  /// The op that computed this value; null for a leaf and without history.
  const std::shared_ptr<Node>& node() const;

  /// Whether two Variables are handles to the same place in the graph.
  bool is(const Variable& other) const { return state_ == other.state_; }
  const void* id() const { return state_.get(); }

 private:
  struct State;
  friend struct Node;
  friend Variable record(std::string, Tensor, std::vector<Variable>, Backward);
  void receive(const Tensor& gradient) const;  // adds to a leaf's grad()
  std::shared_ptr<State> state_;
};

/// One executed op: its name, its inputs, and the function for their gradients. backward() empties the last two.
struct Node {
  std::string name;
  std::vector<Variable> inputs;
  Backward backward;

  Node(std::string op, std::vector<Variable> from, Backward rule);
  ~Node();  // frees a long chain of nodes one by one, not by recursion
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
};

/// Adds an op to the graph: `value` was computed from `inputs`. History is kept only if an input requires a gradient
/// and no NoGrad exists; otherwise the result is a plain leaf and `backward` is discarded.
/// Throws Error for an undefined value or input.
Variable record(std::string name, Tensor value, std::vector<Variable> inputs, Backward backward);

/// While an object of this class exists, ops on this thread keep no history: for evaluation.
class NoGrad {
 public:
  NoGrad();
  ~NoGrad();
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  bool before_;
};

/// Whether ops on this thread currently keep history.
bool grad_enabled();

/// Sees every op on this thread while it exists, with or without history: for counters and anomaly detection. If
/// several exist, the innermost sees an op first. What on_op throws leaves the op; what on_backward throws leaves
/// backward(), with its history partly freed.
class OpObserver {
 public:
  OpObserver();
  virtual ~OpObserver();
  OpObserver(const OpObserver&) = delete;
  OpObserver& operator=(const OpObserver&) = delete;

  /// An op has computed its result; if history is kept, the result has its node.
  virtual void on_op(const std::string& name, const std::vector<Variable>& inputs, const Variable& result) = 0;

  /// backward() has computed the gradients of an op's inputs from dy, its result's, and has not passed them on yet.
  virtual void on_backward(const Node&, const Tensor& /*dy*/, const Grads&) {}

  /// Only for backward(): calls on_backward of each observer.
  static void tell_of_backward(const Node& node, const Tensor& dy, const Grads& gradients);

 private:
  OpObserver* outer_;
  friend Variable record(std::string, Tensor, std::vector<Variable>, Backward);
};

}  // namespace onefold
