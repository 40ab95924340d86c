#pragma once

#include "autograd/variable.h"
#include "layers/module.h"

namespace onefold {

/// What a layer is about to multiply.
struct Operands {
  Variable x;
  Variable weight;
};

/// While one lives, it sees the operands of every convolution and linear layer that this thread computes, and may put
/// others in their place: how a network's products are looked at or rounded without a change to the network. Of
/// several the innermost is asked. It sees layers by forward() alone, so not the fused op of a block in training.
class OperandHook {
 public:
  OperandHook();
  virtual ~OperandHook();
  OperandHook(const OperandHook&) = delete;
  OperandHook& operator=(const OperandHook&) = delete;

  /// The operands that `layer` multiplies instead, of the same shapes.
  virtual Operands on_product(const Module& layer, const Operands& operands) = 0;

 private:
  OperandHook* outer_;
};

/// Whether one lives on this thread.
bool operands_are_hooked();

/// What a layer's forward() multiplies: what the hook makes of its operands; without one, these themselves.
Operands hooked_operands(const Module& layer, const Operands& operands);

}  // namespace onefold
