#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/real.h"
#include "core/tensor.h"
#include "datasets/dataset.h"

namespace onefold {

/// What surrounds an image where a shifted crop looks beyond its edge.
enum class Padding {
  kZeros,       // black pixels
  kReflection,  // the image mirrored at its outermost pixels, which are not repeated
};

/// Which images are mirrored left to right.
enum class Flip {
  kNone,
  kRandom,       // each image in each epoch by a coin of its own
  kAlternating,  // a coin an image decides epoch 0, then epochs take turns: any two consecutive ones show both sides.
                 // Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", 2024, section 3.6
};

/// How training images are varied. As it stands: not at all.
struct Augmentation {
  int64_t pad = 0;  // a crop of the image's own size starts up to `pad` pixels beyond each edge
  Padding padding = Padding::kZeros;
  Flip flip = Flip::kNone;
};

/// The usual recipe for CIFAR-10: pad by 4, crop at random, flip at random.
Augmentation standard_augmentation();

/// One image's variation: its crop begins `down` rows and `right` columns from the image's own corner.
struct Variation {
  int64_t down = 0;
  int64_t right = 0;
  bool flip = false;

  bool operator==(const Variation&) const = default;
};

/// Throws Error unless 0 <= pad < the shorter side of the dataset's images.
void check_augmentation(const Augmentation& augmentation, const Dataset& dataset);

/// The variation of image `index` in `epoch`: a function of these numbers only.
Variation draw_variation(const Augmentation& augmentation, uint64_t seed, int64_t epoch, int64_t index);

/// Normalised images [N, H, W, C], each varied in the same way and mirrored at its edges: what write_image() makes with
/// Padding::kReflection, one image of bytes at a time. Throws Error for a shift as large as the images.
Tensor varied(const Tensor& images, const Variation& variation);

/// A way to look at an image, and what its logits count.
struct View {
  Variation variation;
  double weight = 1;
};

/// The views over which a test averages logits; the weights add up to 1.
///   1: the image;  2: and its mirror image;
///   6: both, a quarter each, and both shifted by one pixel up and left, and down and right, an eighth each.
/// Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", 2024, section 3.5. Throws Error for any other count.
std::vector<View> test_views(int64_t count);

/// Turns bytes into normalised numbers: (pixel / 255 - mean) / deviation of the pixel's channel, from a table.
class PixelNormalizer {
 public:
  /// Throws Error unless every deviation is positive.
  explicit PixelNormalizer(const ChannelNormalization& normalization);

  Real operator()(size_t channel, uint8_t pixel) const { return table_[channel][pixel]; }

 private:
  std::array<std::array<Real, 256>, 3> table_;
};

/// Pads, crops, flips and normalises one image of the dataset in a single pass: writes `out` [H, W, C].
void write_image(const Dataset& dataset, int64_t index, Padding padding, const Variation& variation,
                 const PixelNormalizer& normalizer, Real* out);

}  // namespace onefold
