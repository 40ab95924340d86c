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

/// Receives a module's members: one call per member, with its name in a saved state.
class Visitor {
 public:
  virtual ~Visitor() = default;
  virtual void parameter(const std::string& name, Variable& value) = 0;  // trained
  virtual void buffer(const std::string& name, Tensor& value) = 0;       // saved, not trained: running statistics
  virtual void child(const std::string& name, Module& module) = 0;
};

/// The base class of layers, blocks and networks.
///
/// A subclass implements forward() and visit(), which lists its members once. Parameters, modes, saving, loading,
/// counting and printing follow from visit().
class Module {
 public:
  Module() = default;
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  virtual Variable forward(const Variable& x) = 0;

  /// Calls forward(), with this module in modules_at_work() meanwhile. Modules call each other this way.
  Variable operator()(const Variable& x);

  /// Visits every member, in the order of computation.
  virtual void visit(Visitor& visitor) = 0;

  /// The type and its settings in one line: "Conv2d 3x3, 16 -> 32, stride 2, padding 1".
  virtual std::string description() const = 0;

  /// The first word of the description: "Conv2d".
  std::string type() const;

  /// Returns a new module that computes what this one computes in evaluation mode, with batch norms and
  /// branches folded away. This module is unchanged. Throws Error in training mode and if a module cannot be folded.
  virtual std::unique_ptr<Module> fold() const = 0;

  /// fold() together with the batch norm that follows. Returns null if the module cannot absorb a batch norm.
  virtual std::unique_ptr<Module> fold_with_norm(const FixedBatchNorm&) const { return nullptr; }

  /// Whether the module does nothing in evaluation mode, so that a fold may omit it.
  virtual bool is_identity() const { return false; }

  /// Switches this module and all below it to training mode (the default) or evaluation mode.
  void train(bool on = true);
  void eval() { train(false); }
  bool training() const { return training_; }

 private:
  bool training_ = true;
};

/// Lists a module in modules_at_work() while it exists, even if an exception is thrown. operator() uses it, and so does
/// code that computes part of a module in another way.
class AtWork {
 public:
  explicit AtWork(const Module& module);
  ~AtWork();
  AtWork(const AtWork&) = delete;
  AtWork& operator=(const AtWork&) = delete;
};

/// The modules that are computing on this thread, innermost last.
const std::vector<const Module*>& modules_at_work();

/// A submodule with its full name, "stages.1.0.bn3"; the root has the empty name.
struct NamedModule {
  std::string name;
  Module* module;
};
/// The module and all its submodules, parents before children.
std::vector<NamedModule> named_modules(Module& module);

/// Switches a module to evaluation mode while it exists; then the module and each submodule return to their own modes.
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

/// The parameters of the module itself, without those of its submodules: "weight".
std::vector<NamedParameter> own_parameters(Module& module);

std::vector<Variable> parameters(Module& module);

/// The number of trained values of a module and its submodules, without running statistics.
int64_t count_parameters(Module& module);

/// A copy of every parameter and buffer, by full name.
std::map<std::string, Tensor> state(Module& module);

/// Copies a state into the module: the whole state, or nothing on any mismatch. Then it throws Error and lists every
/// missing name, every unexpected name and every shape that differs.
void load_state(Module& module, const std::map<std::string, Tensor>& state);

}  // namespace onefold
