#include "layers/module.h"

#include "core/check.h"

namespace onefold {

namespace {

std::string joined(const std::string& above, const std::string& name) {
  return above.empty() ? name : above + "." + name;
}

/// Sees only a module's own members, unless a subclass descends.
class MemberVisitor : public Visitor {
 public:
  void parameter(const std::string&, Variable&) override {}
  void buffer(const std::string&, Tensor&) override {}
  void child(const std::string&, Module&) override {}
};

/// Sees the whole tree, and knows the full name of everything in it.
class TreeVisitor : public MemberVisitor {
 public:
  void child(const std::string& name, Module& module) override {
    const std::string above = path_;
    path_ = joined(above, name);
    enter(module);
    module.visit(*this);
    path_ = above;
  }

 protected:
  virtual void enter(Module&) {}
  const std::string& path() const { return path_; }
  std::string full(const std::string& name) const { return joined(path_, name); }

 private:
  std::string path_;
};

class ModuleCollector : public TreeVisitor {
 public:
  std::vector<NamedModule> found;

 protected:
  void enter(Module& module) override { found.push_back({path(), &module}); }
};

class ParameterCollector : public TreeVisitor {
 public:
  void parameter(const std::string& name, Variable& value) override { found.push_back({full(name), value}); }
  std::vector<NamedParameter> found;
};

/// The location of each parameter and each buffer of a state.
class StateCollector : public TreeVisitor {
 public:
  void parameter(const std::string& name, Variable& value) override { parameters[full(name)] = &value; }
  void buffer(const std::string& name, Tensor& value) override { buffers[full(name)] = &value; }
  std::map<std::string, Variable*> parameters;
  std::map<std::string, Tensor*> buffers;
};

thread_local std::vector<const Module*> at_work;

}  // namespace

AtWork::AtWork(const Module& module) { at_work.push_back(&module); }
AtWork::~AtWork() { at_work.pop_back(); }

const std::vector<const Module*>& modules_at_work() { return at_work; }

Variable Module::operator()(const Variable& x) {
  const AtWork scope(*this);
  return forward(x);
}

std::string Module::type() const {
  const std::string text = description();
  return text.substr(0, text.find_first_of(" ,"));
}

void Module::train(bool on) {
  for (const NamedModule& each : named_modules(*this)) each.module->training_ = on;
}

EvaluationMode::EvaluationMode(Module& module) {
  for (const NamedModule& each : named_modules(module)) modes_.emplace_back(each.module, each.module->training());
  module.eval();
}

EvaluationMode::~EvaluationMode() {
  // Parents come first, so a child's own mode is set last.
  for (const auto& [module, training] : modes_) module->train(training);
}

std::vector<NamedModule> named_modules(Module& module) {
  ModuleCollector collector;
  collector.found.push_back({"", &module});
  module.visit(collector);
  return collector.found;
}

std::vector<NamedParameter> named_parameters(Module& module) {
  ParameterCollector collector;
  module.visit(collector);
  return collector.found;
}

std::vector<NamedParameter> own_parameters(Module& module) {
  class OwnCollector : public MemberVisitor {
   public:
    void parameter(const std::string& name, Variable& value) override { found.push_back({name, value}); }
    std::vector<NamedParameter> found;
  };
  OwnCollector collector;
  module.visit(collector);
  return collector.found;
}

std::vector<Variable> parameters(Module& module) {
  std::vector<Variable> found;
  for (const NamedParameter& parameter : named_parameters(module)) found.push_back(parameter.value);
  return found;
}

int64_t count_parameters(Module& module) {
  int64_t count = 0;
  for (const Variable& parameter : parameters(module)) count += parameter.value().size();
  return count;
}

std::map<std::string, Tensor> state(Module& module) {
  StateCollector collector;
  module.visit(collector);
  std::map<std::string, Tensor> found;
  for (const auto& [name, parameter] : collector.parameters) found[name] = parameter->value().clone();
  for (const auto& [name, buffer] : collector.buffers) found[name] = buffer->clone();
  return found;
}

void load_state(Module& module, const std::map<std::string, Tensor>& state) {
  const std::string differences = state_differences(onefold::state(module), state);
  check(differences.empty(), "load_state: this is not a state of ", module.description(), ":", differences,
        "\nnothing was loaded; make the network that the state was saved from, in the same form (trained or folded)");

  // Copy everything first: after that nothing can fail halfway.
  std::map<std::string, Tensor> copies;
  for (const auto& [name, tensor] : state) copies[name] = tensor.clone();
  StateCollector collector;
  module.visit(collector);
  for (const auto& [name, parameter] : collector.parameters) parameter->set_value(copies[name]);
  for (const auto& [name, buffer] : collector.buffers) *buffer = copies[name];
}

}  // namespace onefold
