#pragma once

#include "autograd/variable.h"
#include "layers/module.h"

namespace onefold {

/// The operands that a layer is about to multiply.
struct Operands {
  Variable x;
  Variable weight;
};

/// While it exists, it sees the operands of every convolution and linear layer that this thread computes, and may
/// replace them. This is how a network's products are inspected or rounded without changing the network. If several
/// hooks exist, only the innermost is called. It sees forward() only, so not the fused op of a block in training.
class OperandHook {
 public:
  OperandHook() { innermost = this; }
  virtual ~OperandHook() { innermost = outer_; }
  OperandHook(const OperandHook&) = delete;
  OperandHook& operator=(const OperandHook&) = delete;

  /// Returns the operands that `layer` multiplies instead, of the same shapes.
  virtual Operands on_product(const Module& layer, const Operands& operands) = 0;

  static inline thread_local OperandHook* innermost = nullptr;  // on this thread; null if none exists

 private:
  OperandHook* outer_ = innermost;
};

/// The operands that a layer's forward() multiplies: the hook's result, or `operands` if there is no hook.
inline Operands hooked_operands(const Module& layer, const Operands& operands) {
  return OperandHook::innermost == nullptr ? operands : OperandHook::innermost->on_product(layer, operands);
}

}  // namespace onefold
