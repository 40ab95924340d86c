#pragma once

#include "layers/models/vgg.h"

namespace onefold {

/// RepVGG in the form to train: every block has branches, 3x3 + 1x1 + identity by default. fold() gives the PlainVgg
/// that computes the same.
/// Ding et al.: "RepVGG: Making VGG-style ConvNets Great Again", CVPR 2021.
class RepVgg : public Vgg {
 public:
  /// Of RepVggBlocks.
  RepVgg(const RepVggSize& size, int64_t classes, Initializer& initializer);

  /// Of other blocks: layers/families has a dozen. Throws Error, naming the block, where `make` does.
  RepVgg(const RepVggSize& size, int64_t classes, Initializer& initializer, const MakeBlock& make);

  RepVgg(const RepVggSize& size, VggParts parts) : Vgg(size, std::move(parts)) {}

  std::string description() const override { return "RepVgg " + text(); }
};

}  // namespace onefold
