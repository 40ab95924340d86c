#pragma once

#include <memory>
#include <string>

#include "core/annex/window_pooling.h"
#include "layers/module.h"

namespace onefold {

/// The maximum of each window: [N, H, W, C] -> [N, P, Q, C].
class MaxPool2d : public Module {
 public:
  explicit MaxPool2d(const Pool2dArgs& args) : args_(args) {}

  Variable forward(const Variable& x) override;
  void visit(Visitor&) override {}
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

 private:
  Pool2dArgs args_;
};

/// The maximum of each feature map, which must be square: [N, H, H, C] -> [N, C].
class GlobalMaxPool : public Module {
 public:
  Variable forward(const Variable& x) override;
  void visit(Visitor&) override {}
  std::string description() const override { return "GlobalMaxPool"; }
  std::unique_ptr<Module> fold() const override;
};

}  // namespace onefold
