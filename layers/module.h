#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "autograd/state.h"
#include "autograd/variable.h"

namespace onefold {

class Module;
struct FixedBatchNorm;

/// What a module shows of itself: one call a member, with the member's name in a saved state.
class Visitor {
 public:
  virtual ~Visitor() = default;
  virtual void parameter(const std::string& name, Variable& value) = 0;  // trained
  virtual void buffer(const std::string& name, Tensor& value) = 0;       // saved, not trained: running statistics
  virtual void child(const std::string& name, Module& module) = 0;
};

/// Something with parameters: members and one list of them.
///
/// A subclass writes forward() and visit(); parameters, modes, saving, loading, counting and printing follow from
/// visit().
class Module {
 public:
  Module() = default;
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  virtual Variable forward(const Variable& x) = 0;

  /// The same, and while it computes the module is one of modules_at_work(): how modules call each other.
  Variable operator()(const Variable& x);

  /// Names every member, in the order that they compute.
  virtual void visit(Visitor& visitor) = 0;

  /// The type and its settings in one line: "Conv2d 3x3, 16 -> 32, stride 2, padding 1".
  virtual std::string description() const = 0;

  /// Its first word: "Conv2d".
  std::string type() const;

  /// A new deploy-time module that computes what this one computes in evaluation mode, batch norms and branches folded
  /// away. Never changes this one. Throws Error in training mode, and for a module that cannot fold.
  virtual std::unique_ptr<Module> fold() const = 0;

  /// fold() together with the batch norm that follows; null for a module that cannot take one in.
  virtual std::unique_ptr<Module> fold_with_norm(const FixedBatchNorm&) const { return nullptr; }

  /// Whether it does nothing in evaluation mode, so that a fold may leave it out.
  virtual bool is_identity() const { return false; }

  /// Training mode (the default) or evaluation mode, for this module and all below it.
  void train(bool on = true);
  void eval() { train(false); }
  bool training() const { return training_; }

 private:
  bool training_ = true;
};

/// Enters a module among modules_at_work() for as long as it computes, an exception included: what a call does, and who
/// has a module's part computed in another way.
class AtWork {
 public:
  explicit AtWork(const Module& module);
  ~AtWork();
  AtWork(const AtWork&) = delete;
  AtWork& operator=(const AtWork&) = delete;
};

/// The modules that compute on this thread now, the innermost last.
const std::vector<const Module*>& modules_at_work();

/// A module below another with its full name: "stages.1.0.bn3"; the topmost has the empty name.
struct NamedModule {
  std::string name;
  Module* module;
};
/// The module itself and all below it, parents before their children.
std::vector<NamedModule> named_modules(Module& module);

/// While one lives, a module computes in evaluation mode; afterwards it and each one below has its own mode again.
class EvaluationMode {
 public:
  explicit EvaluationMode(Module& module);
  ~EvaluationMode();
  EvaluationMode(const EvaluationMode&) = delete;
  EvaluationMode& operator=(const EvaluationMode&) = delete;

 private:
  std::vector<std::pair<Module*, bool>> modes_;
};

/// A parameter with its full name: "stages.1.0.bn3.weight".
struct NamedParameter {
  std::string name;
  Variable value;
};
std::vector<NamedParameter> named_parameters(Module& module);

/// Those of the module itself, not of the ones below it: "weight".
std::vector<NamedParameter> own_parameters(Module& module);

std::vector<Variable> parameters(Module& module);

/// The trained values of a module and all below it; running statistics are not among them.
int64_t count_parameters(Module& module);

/// A copy of every parameter and buffer by its full name: to keep, to average, to write into.
std::map<std::string, Tensor> state(Module& module);

/// Copies a state into the module: all of it or, on any mismatch, nothing. Throws Error that lists every missing name,
/// every unexpected one and every other shape.
void load_state(Module& module, const std::map<std::string, Tensor>& state);

/// The tree of modules, one indented line each: name, description, and the number of parameters in it.
std::string summary(Module& module);

}  // namespace onefold
