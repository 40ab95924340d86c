#pragma once

#include <string>

#include "layers/fold/block_options.h"
#include "layers/calculus/linear_block.h"

namespace onefold {

/// x + s (mixer(x) - norm(x)), depthwise: mixer is BN(conv 3x3) + BN(conv 1x1) + BN(x), norm another BN(x), and s a
/// trained number a channel, near zero at the start, so that the block begins as the identity. It mixes pixels of a
/// channel as the attention of a transformer does, and leaves channels to the layer after it.
/// Vasu et al.: "FastViT: A Fast Hybrid Vision Transformer using Structural Reparameterization", ICCV 2023, section
/// 3.2.1.
///
/// The paper has no activation here; options may ask for one. State: difference.mixer.{conv3, bn3, conv1, bn1, bn0},
/// difference.norm, scale.
class RepMixerBlock : public LinearBlock {
 public:
  /// Throws Error for a block that is not depthwise, or has a stride.
  RepMixerBlock(const BlockOptions& options, Initializer& initializer);

  std::string description() const override { return "RepMixerBlock " + options_.text(); }

 private:
  BlockOptions options_;
};

}  // namespace onefold
