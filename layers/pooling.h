#pragma once

#include <memory>
#include <string>

#include "layers/module.h"

namespace onefold {

/// The mean of each feature map: [N, H, W, C] -> [N, C].
class GlobalAvgPool : public Module {
 public:
  Variable forward(const Variable& x) override;
  void visit(Visitor&) override {}
  std::string description() const override { return "GlobalAvgPool"; }
  std::unique_ptr<Module> fold() const override;
};

}  // namespace onefold
