#pragma once

#include <memory>
#include <string>

#include "layers/module.h"

namespace onefold {

// [relu]
/// max(0, x), elementwise, by a kernel in core/ops/elementwise.cpp. A new activation begins there: docs/adding.md.
class Relu : public Module {
 public:
  Variable forward(const Variable& x) override;
  void visit(Visitor&) override {}
  std::string description() const override { return "Relu"; }
  std::unique_ptr<Module> fold() const override;
};
// [/relu]

/// Returns x: what a layer that does nothing in evaluation mode, such as Dropout, folds to.
class Identity : public Module {
 public:
  Variable forward(const Variable& x) override { return x; }
  void visit(Visitor&) override {}
  std::string description() const override { return "Identity"; }
  std::unique_ptr<Module> fold() const override;
  bool is_identity() const override { return true; }
};

}  // namespace onefold
