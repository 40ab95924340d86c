#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "layers/initializer.h"

namespace onefold {

/// How the maps of a stage become half as high and wide as those before it: by a first block of stride 2, or by the
/// largest of 2x2 in front of a first block of stride 1, which keeps more and, beside a Winograd convolution, costs no
/// more.
enum class Halving { none, stride, pool };

/// The five stages of a RepVGG for 32x32 images, and what is around them. Stage 0 is the stem.
struct RepVggSize {
  std::string name;
  std::array<int64_t, 5> depths;  // blocks of each stage
  std::array<int64_t, 5> widths;  // channels of each stage
  int64_t groups = 1;             // of every second block from the third on, as in the paper's g2 and g4 (section 3.4)

  // From here on the paper's network is what stands as default.
  std::array<Halving, 5> halving = {Halving::none, Halving::none, Halving::stride, Halving::stride, Halving::stride};
  std::array<bool, 5> pointwise = {true, true, true, true, true};  // the blocks' 1x1 branches
  int64_t whitening = 0;                                           // components of a Whitening in front; 0: none
  FirstWeights first = FirstWeights::he_normal;                    // of the 3x3 convolutions
  bool largest = false;    // the head sees the largest of each map, not the mean
  double logit_scale = 1;  // what the head's result is multiplied by: below 1 it begins unsure, and stays so for longer
  std::string family = "repvgg";  // of the blocks: a name of layers/reparam/families.h, "none" for plain ones
};

/// "tiny", "mini", "S", "A0", or "short", which is made for few seconds of training: see docs/the-short-recipe.md.
/// Behind it may stand, each once: "+whitening" for a Whitening in front, and "+g2" or "+g4" for so many groups in
/// every second block from the third on: "mini+g4". Throws Error for any other name, listing these.
RepVggSize repvgg_size(const std::string& name);

/// The names without anything behind them.
std::vector<std::string> repvgg_names();

}  // namespace onefold
