#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace onefold {

// A state is tensors by name: what a checkpoint carries of a module or an optimizer. It is a copy: it stays as it is,
// and may be written into.

/// What steps remember of parameters: "momentum" has one tensor a parameter.
using Memory = std::map<std::string, std::vector<Tensor>>;

/// A copy of each tensor under its number: "momentum.0", "momentum.1" ...
std::map<std::string, Tensor> numbered_state(const Memory& memory);

/// How `given` differs from the state that is `needed`, in names and shapes: a line for each difference, each after a
/// line break, and a last one if all names would fit with a prefix less, or one more; empty where it fits.
std::string state_differences(const std::map<std::string, Tensor>& needed, const std::map<std::string, Tensor>& given);

/// Copies such a state in: all of it or, where it differs in a name or a shape, nothing, and throws Error that lists
/// every difference and begins with `whose` state it is.
void load_numbered_state(const std::string& whose, Memory& memory, const std::map<std::string, Tensor>& state);

}  // namespace onefold
