#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace onefold {

// A state is tensors by name: what a checkpoint carries of a module or an optimizer.

/// Adds each tensor under its number: "momentum.0", "momentum.1" ...
void add_numbered(std::map<std::string, Tensor>& state, const std::string& name, const std::vector<Tensor>& tensors);

/// How `given` differs from the state that is `needed`, in names and shapes: a line for each difference, each after a
/// line break, and a last one if all names would fit with a prefix less, or one more; empty where it fits.
std::string state_differences(const std::map<std::string, Tensor>& needed, const std::map<std::string, Tensor>& given);

/// Copies the numbers of `given` into the buffers of `own`: all or, where they differ in a name or a shape, none, and
/// throws Error that lists every difference and begins with `whose` state it is.
void copy_state(const std::string& whose, const std::map<std::string, Tensor>& given,
                std::map<std::string, Tensor> own);

}  // namespace onefold
