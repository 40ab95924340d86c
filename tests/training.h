#pragma once

#include <vector>

#include "autograd/optimizer.h"
#include "layers/module.h"

namespace onefold {

/// Weight decay for weights alone: batch norms and biases have a group without.
inline std::vector<ParameterGroup> parameter_groups(Module& network, double rate, double weight_decay) {
  ParameterGroup weights{{}, rate, weight_decay}, others{{}, rate, 0};
  for (const Variable& parameter : parameters(network)) {
    (parameter.shape().rank() > 1 ? weights : others).parameters.push_back(parameter);
  }
  return {weights, others};
}

}  // namespace onefold
