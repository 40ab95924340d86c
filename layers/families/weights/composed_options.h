#pragma once

#include <string>

#include "core/check.h"
#include "layers/conv2d.h"

namespace onefold {

/// The composed kernel's shape, [R, S, in / groups, out]. Throws Error, starting with `layer`, if weight_shape() does,
/// and for options that a composed kernel does not support: a bias, which the batch norm after it has, and initial
/// weights other than its own.
inline Shape composed_shape(const Conv2dOptions& options, const std::string& layer) {
  check(!options.bias, layer, ": got bias = true; it has none: let a batch norm follow, which brings one");
  check(options.first == FirstWeights::he_normal, layer,
        ": got first weights of another kind; it begins in its own way");
  return weight_shape(options, layer);
}

}  // namespace onefold
