#pragma once

#include "layers/models/vgg.h"

namespace onefold {

/// RepVGG in its training form: every block has branches, by default 3x3 + 1x1 + identity. fold() returns the PlainVgg
/// that computes the same function.
/// Ding et al.: "RepVGG: Making VGG-style ConvNets Great Again", CVPR 2021.
class RepVgg : public Vgg {
 public:
  /// Builds the network from RepVggBlocks.
  RepVgg(const RepVggSize& size, int64_t classes, Initializer& initializer);

  /// Builds it from other blocks: layers/families has a dozen. Throws Error, naming the block, if `make` throws.
  RepVgg(const RepVggSize& size, int64_t classes, Initializer& initializer, const MakeBlock& make);

  RepVgg(const RepVggSize& size, VggParts parts) : Vgg(size, std::move(parts)) {}

  std::string description() const override { return "RepVgg " + text(); }
};

}  // namespace onefold
