#pragma once

#include <string>

#include "layers/calculus/linear_block.h"
#include "layers/fold/block_options.h"

namespace onefold {

/// x + s (mixer(x) - norm(x)), depthwise: mixer is BN(conv 3x3) + BN(conv 1x1) + BN(x), norm is another BN(x), and s is
/// a trained scale per channel, initially near zero, so that the block starts as the identity. It mixes the pixels of a
/// channel, as a transformer's attention does, and leaves mixing channels to the layer after it.
/// Vasu et al.: "FastViT: A Fast Hybrid Vision Transformer using Structural Reparameterization", ICCV 2023, section
/// 3.2.1.
///
/// The paper has no activation here; options may request one. State: difference.mixer.{conv3, bn3, conv1, bn1, bn0},
/// difference.norm, scale.
class RepMixerBlock : public LinearBlock {
 public:
  /// Throws Error if the block is not depthwise or has a stride.
  RepMixerBlock(const BlockOptions& options, Initializer& initializer);

  std::string description() const override { return "RepMixerBlock " + options_.text(); }

 private:
  BlockOptions options_;
};

}  // namespace onefold
