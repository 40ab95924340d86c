#include "layers/operand_hook.h"

namespace onefold {

namespace {

thread_local OperandHook* innermost_hook = nullptr;

}  // namespace

OperandHook::OperandHook() : outer_(innermost_hook) { innermost_hook = this; }

OperandHook::~OperandHook() { innermost_hook = outer_; }

bool operands_are_hooked() { return innermost_hook != nullptr; }

Operands hooked_operands(const Module& layer, const Operands& operands) {
  return innermost_hook == nullptr ? operands : innermost_hook->on_product(layer, operands);
}

}  // namespace onefold
