#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "layers/models/plain_vgg.h"
#include "layers/models/repvgg.h"

namespace onefold {

/// How a stage halves the height and width of its feature maps: by a first block of stride 2, or by 2x2 max pooling
/// before a first block of stride 1, which keeps more information and, next to a Winograd convolution, costs no more.
enum class Halving { none, stride, pool };

/// A RepVGG that may differ from the paper's around or inside its blocks. By default it is the paper's.
struct VggVariant {
  RepVggSize size;
  std::string family = "repvgg";  // of the blocks: a name from layers/families/families.h, "none" for plain blocks
  std::array<Halving, 5> halving = {Halving::none, Halving::none, Halving::stride, Halving::stride, Halving::stride};
  std::array<bool, 5> pointwise = {true, true, true, true, true};  // the 1x1 branches of the blocks
  int64_t whitening = 0;                                           // components of a Whitening in front; 0: none
  FirstWeights first = FirstWeights::he_normal;                    // of the 3x3 convolutions
  bool max_pool = false;   // the head sees the maximum of each feature map, not the mean
  double logit_scale = 1;  // multiplies the logits: below 1, predictions start and stay less confident
};

/// A size of RepVgg, or "short", which is designed for a few seconds of training: see docs/the-short-recipe.md. The
/// name may end in "+whitening", and in "+g2" or "+g4" for that many groups in every second block, starting with the
/// third: "mini+g4". Throws Error for any other name and lists the valid ones, and for an unknown family.
VggVariant vgg_variant(const std::string& name, const std::string& family = "repvgg");

/// The names without suffixes.
std::vector<std::string> vgg_variant_names();

/// The network in training form. Throws Error, naming the block, if the family does not support a block, and for max
/// pooling before stage 0.
std::unique_ptr<RepVgg> make_repvgg(const VggVariant& variant, int64_t classes, Initializer& initializer);

/// The network that it folds to, with all weights zero, for loading a folded state.
std::unique_ptr<PlainVgg> make_plain_vgg(const VggVariant& variant, int64_t classes);

}  // namespace onefold
