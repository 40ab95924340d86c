#include "layers/families/weights/conv_block.h"

#include "core/check.h"

namespace onefold {

Shape composed_shape(const Conv2dOptions& options, const std::string& layer) {
  check(!options.bias, layer, ": got bias = true, which it does not support; add a batch norm after it, which has one");
  check(options.first == FirstWeights::he_normal, layer,
        ": got initial weights other than he_normal; it has its own, so leave the default");
  return weight_shape(options, layer);
}

}  // namespace onefold
