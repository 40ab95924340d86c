#pragma once

#include <memory>
#include <string>

#include "layers/conv2d.h"

namespace onefold {

/// relu(conv(x) + bias) in one op: what a block of branches folds to. State: conv.weight, conv.bias.
class ConvRelu : public Module {
 public:
  /// Throws Error for a kernel without bias.
  ConvRelu(const Kernel& kernel, const Conv2dArgs& args);

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

  const Conv2d& conv() const { return conv_; }

 private:
  Conv2d conv_;
};

/// The module that a block folds to, in evaluation mode: a ConvRelu, or without an activation a Conv2d.
std::unique_ptr<Module> make_folded(const Kernel& kernel, const Conv2dArgs& args, Activation activation);

}  // namespace onefold
