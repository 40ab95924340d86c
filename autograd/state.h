#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace onefold {

// A state is the tensors of a module or an optimizer by name, as saved in a checkpoint. It is a copy, which does not
// change with its owner and may be written to.

/// What an optimizer keeps from step to step: "momentum" has one tensor per parameter.
using Memory = std::map<std::string, std::vector<Tensor>>;

/// A copy of each tensor, named by number: "momentum.0", "momentum.1" ...
std::map<std::string, Tensor> numbered_state(const Memory& memory);

/// How `given` differs from the `needed` state, in lines that each follow a line break: the prefix, if that is all that
/// the names differ by, then the first three missing names, unexpected names and wrong shapes, and how many more there
/// are of each. Empty if the states have the same names and shapes.
std::string state_differences(const std::map<std::string, Tensor>& needed, const std::map<std::string, Tensor>& given);

/// Copies such a state in, all of it or, on any mismatch, nothing; the Error begins with `whose`, the state's owner.
void load_numbered_state(const std::string& whose, Memory& memory, const std::map<std::string, Tensor>& state);

}  // namespace onefold
