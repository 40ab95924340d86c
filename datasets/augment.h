#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/real.h"
#include "core/tensor.h"
#include "datasets/dataset.h"

namespace onefold {

/// The pixels around an image, seen if a shifted crop extends beyond its edge.
enum class Padding {
  kZeros,       // black pixels
  kReflection,  // the image mirrored at its outermost pixels, without repeating them
};

/// Which images are mirrored left to right.
enum class Flip {
  kNone,
  kRandom,       // an independent random choice per image and epoch
  kAlternating,  // random per image in epoch 0, then alternating: any two consecutive epochs show both sides.
                 // Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", 2024, section 3.6
};

/// The augmentation of training images. None by default.
struct Augmentation {
  int64_t pad = 0;  // a crop of the image's own size starts up to `pad` pixels beyond each edge
  Padding padding = Padding::kZeros;
  Flip flip = Flip::kNone;
};

/// The usual recipe for CIFAR-10: pad by 4, crop at random, flip at random.
Augmentation standard_augmentation();

/// The augmentation of one image: its crop begins `down` rows and `right` columns from the image's own corner.
struct Variation {
  int64_t down = 0;
  int64_t right = 0;
  bool flip = false;

  bool operator==(const Variation&) const = default;
};

/// Throws Error unless 0 <= pad < the shorter side of the dataset's images.
void check_augmentation(const Augmentation& augmentation, const Dataset& dataset);

/// The variation of image `index` in `epoch`: a function of the arguments only.
Variation draw_variation(const Augmentation& augmentation, uint64_t seed, int64_t epoch, int64_t index);

/// Applies the same variation to all normalised images [N, H, W, C], mirrored at their edges: what write_image() does
/// to single images with Padding::kReflection. Throws Error if the shift is as large as the images.
Tensor varied(const Tensor& images, const Variation& variation);

/// A view of an image for test-time augmentation, and the weight of its logits.
struct View {
  Variation variation;
  double weight = 1;
};

/// The views over which test-time augmentation averages logits. The weights sum to 1.
///   1: the image;  2: also its mirror image;
///   6: both with weight 1/4 each, and both shifted by one pixel up and left, and down and right, with 1/8 each.
/// Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", 2024, section 3.5. Throws Error for any other count.
std::vector<View> test_views(int64_t count);

/// Converts bytes to normalised values: (pixel / 255 - mean) / std of the pixel's channel, from a table.
class PixelNormalizer {
 public:
  /// Throws Error unless every std is positive.
  explicit PixelNormalizer(const ChannelNormalization& normalization);

  Real operator()(size_t channel, uint8_t pixel) const { return table_[channel][pixel]; }

 private:
  std::array<std::array<Real, 256>, 3> table_;
};

/// Pads, crops, flips and normalises one image of the dataset in a single pass. Writes to `out` [H, W, C].
void write_image(const Dataset& dataset, int64_t index, Padding padding, const Variation& variation,
                 const PixelNormalizer& normalizer, Real* out);

}  // namespace onefold
