#pragma once

#include <memory>
#include <string>

#include "layers/conv2d.h"

namespace onefold {

/// relu(conv(x) + bias) in one op: the result of folding a multi-branch block. State: conv.weight, conv.bias.
class ConvRelu : public Module {
 public:
  /// Throws Error if the kernel has no bias.
  ConvRelu(const Kernel& kernel, const Conv2dArgs& args);

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

  const Conv2d& conv() const { return conv_; }

 private:
  Conv2d conv_;
};

/// The module that a block folds to, in evaluation mode: a ConvRelu, or a Conv2d if there is no activation.
std::unique_ptr<Module> make_folded(const Kernel& kernel, const Conv2dArgs& args, Activation activation);

}  // namespace onefold
