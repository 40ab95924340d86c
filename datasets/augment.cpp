#include "datasets/augment.h"

#include <algorithm>
#include <cstdlib>

#include "core/check.h"
#include "core/parallel.h"
#include "core/random.h"

namespace onefold {

namespace {

constexpr uint64_t kShiftStream = 0x4155ull << 48;  // "AU": one stream per epoch, unlike those of order and drawing
constexpr uint64_t kCoinStream = 0x434Full << 48;   // "CO": coin tosses of alternating flips, the same for all epochs

constexpr int64_t kOutside = -1;

/// The index in [0, size) whose pixel is shown at `place`, up to size - 1 beyond either edge; kOutside for black.
int64_t source_place(int64_t place, int64_t size, Padding padding) {
  if (place >= 0 && place < size) return place;
  if (padding == Padding::kZeros) return kOutside;
  return place < 0 ? -place : 2 * (size - 1) - place;
}

}  // namespace

Augmentation standard_augmentation() { return {.pad = 4, .padding = Padding::kZeros, .flip = Flip::kRandom}; }

void check_augmentation(const Augmentation& augmentation, const Dataset& dataset) {
  const int64_t side = std::min(dataset.height, dataset.width);
  check(augmentation.pad >= 0 && augmentation.pad < side, "augmentation: padding by ", augmentation.pad,
        " pixels, images of ", dataset.height, " x ", dataset.width, " allow 0 to ", side - 1,
        ": choose a smaller shift (train_cifar10 --shift ", side - 1, ")");
}

Variation draw_variation(const Augmentation& augmentation, uint64_t seed, int64_t epoch, int64_t index) {
  // Three random numbers per image; each image has four indices in the epoch's stream.
  const Random random(seed, kShiftStream | static_cast<uint64_t>(epoch));
  const uint64_t first = 4 * static_cast<uint64_t>(index);

  Variation variation;
  if (augmentation.pad > 0) {
    variation.down = random.below(first, 2 * augmentation.pad + 1) - augmentation.pad;
    variation.right = random.below(first + 1, 2 * augmentation.pad + 1) - augmentation.pad;
  }
  if (augmentation.flip == Flip::kRandom) variation.flip = random.bits(first + 2) & 1;
  if (augmentation.flip == Flip::kAlternating) {
    const uint64_t coin = Random(seed, kCoinStream).bits(static_cast<uint64_t>(index));
    variation.flip = (coin ^ static_cast<uint64_t>(epoch)) & 1;
  }
  return variation;
}

Tensor varied(const Tensor& images, const Variation& variation) {
  const Shape& shape = images.shape();
  check(shape.rank() == 4, "varied: ", shape, " must be images [N H W C]");
  const int64_t H = shape[1], W = shape[2], C = shape[3];
  check(std::abs(variation.down) < H && std::abs(variation.right) < W, "varied: a shift by ", variation.down, " and ",
        variation.right, " pixels, images of ", H, " x ", W, " allow less than their size");
  Tensor result(shape);
  parallel_for(shape[0] * H, 64, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t y = source_place(row % H + variation.down, H, Padding::kReflection);
      const Real* from = images.data() + (row / H * H + y) * W * C;
      Real* to = result.data() + row * W * C;
      for (int64_t column = 0; column < W; ++column, to += C) {
        const int64_t crop_column = variation.flip ? W - 1 - column : column;
        const int64_t x = source_place(crop_column + variation.right, W, Padding::kReflection);
        std::copy_n(from + x * C, C, to);
      }
    }
  });
  return result;
}

// [test-views]
std::vector<View> test_views(int64_t count) {
  check(count == 1 || count == 2 || count == 6, "test_views: ", count, " views; expected 1, 2 or 6");
  if (count == 1) return {{{}, 1}};
  std::vector<View> views;
  for (const bool flip : {false, true}) {
    views.push_back({{.flip = flip}, count == 2 ? 0.5 : 0.25});
    for (const int64_t shift : {-1, 1}) {
      if (count == 6) views.push_back({{.down = shift, .right = shift, .flip = flip}, 0.125});
    }
  }
  return views;
}
// [/test-views]

PixelNormalizer::PixelNormalizer(const ChannelNormalization& normalization) {
  for (size_t c = 0; c < 3; ++c) {
    check(normalization.deviation[c] > 0, "normalization: channel ", c, " has std ", normalization.deviation[c],
          ", it must be positive: take it from channel_normalization(training split)");
    for (size_t pixel = 0; pixel < 256; ++pixel) {
      const double value = static_cast<double>(pixel) / 255;
      table_[c][pixel] = static_cast<Real>((value - normalization.mean[c]) / normalization.deviation[c]);
    }
  }
}

// [write-image]
void write_image(const Dataset& dataset, int64_t index, Padding padding, const Variation& variation,
                 const PixelNormalizer& normalizer, Real* out) {
  const uint8_t* image = dataset.image(index);
  const uint8_t black[3] = {0, 0, 0};
  for (int64_t row = 0; row < dataset.height; ++row) {
    const int64_t y = source_place(row + variation.down, dataset.height, padding);
    for (int64_t column = 0; column < dataset.width; ++column) {
      // Crop first, then flip: the left edge of the flipped crop is the right edge of the crop.
      const int64_t crop_column = variation.flip ? dataset.width - 1 - column : column;
      const int64_t x = source_place(crop_column + variation.right, dataset.width, padding);
      const uint8_t* pixel = y == kOutside || x == kOutside ? black : image + (y * dataset.width + x) * 3;
      for (size_t c = 0; c < 3; ++c) *out++ = normalizer(c, pixel[c]);
    }
  }
}
// [/write-image]

}  // namespace onefold
