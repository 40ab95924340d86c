#include "datasets/augment.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/check.h"
#include "core/random.h"
#include "tests/catch.h"

namespace onefold {
namespace {

/// Two images of 5 x 7 pixels, every byte of one image another.
Dataset small_dataset() {
  Dataset dataset;
  dataset.name = "small";
  dataset.classes = {"a", "b"};
  dataset.height = 5;
  dataset.width = 7;
  for (int i = 0; i < 2 * 5 * 7 * 3; ++i) dataset.pixels.push_back(static_cast<uint8_t>(i + 1));
  dataset.labels = {0, 1};
  return dataset;
}

const ChannelNormalization kIdentity = {{0, 0, 0}, {1, 1, 1}};

std::vector<Real> written(const Dataset& dataset, int64_t index, Padding padding, const Variation& variation,
                          const ChannelNormalization& normalization = kIdentity) {
  std::vector<Real> out(static_cast<size_t>(dataset.image_bytes()), -1);
  write_image(dataset, index, padding, variation, PixelNormalizer(normalization), out.data());
  return out;
}

TEST_CASE("write image: an unvaried image is its normalised pixels", "[datasets]") {
  const Dataset dataset = small_dataset();
  const ChannelNormalization normalization = {{0.5, 0.25, 0.1}, {0.2, 0.3, 2}};
  const std::vector<Real> out = written(dataset, 1, Padding::kZeros, {}, normalization);
  for (size_t i = 0; i < out.size(); ++i) {
    const double value = (dataset.image(1)[i] / 255.0 - normalization.mean[i % 3]) / normalization.deviation[i % 3];
    CHECK(out[i] == static_cast<Real>(value));
  }
}

TEST_CASE("write image: pad, then crop, then flip, one after the other", "[datasets]") {
  const Dataset dataset = small_dataset();
  constexpr int64_t kPad = 3;
  for (const Padding padding : {Padding::kZeros, Padding::kReflection}) {
    // The padded image, pixel by pixel: mirrored indices walk back and forth along 0 1 2 ... 2 1 0.
    const int64_t height = dataset.height + 2 * kPad, width = dataset.width + 2 * kPad;
    std::vector<Real> padded;
    const auto mirrored = [](int64_t place, int64_t size) {
      const int64_t period = 2 * size - 2;
      const int64_t phase = (place + 4 * period) % period;
      return phase < size ? phase : period - phase;
    };
    for (int64_t i = 0; i < height * width * 3; ++i) {
      const int64_t row = i / 3 / width - kPad, column = i / 3 % width - kPad;
      const bool in_image = row >= 0 && row < dataset.height && column >= 0 && column < dataset.width;
      const int64_t y = mirrored(row, dataset.height), x = mirrored(column, dataset.width);
      const uint8_t pixel = dataset.image(0)[(y * dataset.width + x) * 3 + i % 3];
      padded.push_back(in_image || padding == Padding::kReflection ? static_cast<Real>(pixel / 255.0) : 0);
    }

    int64_t wrong = 0;
    for (int64_t down = -kPad; down <= kPad; ++down) {
      for (int64_t right = -kPad; right <= kPad; ++right) {
        for (const bool flip : {false, true}) {
          const std::vector<Real> out = written(dataset, 0, padding, {down, right, flip});
          for (int64_t i = 0; i < dataset.image_bytes(); ++i) {
            const int64_t row = i / 3 / dataset.width, column = i / 3 % dataset.width;
            const int64_t y = row + down + kPad;
            const int64_t x = (flip ? dataset.width - 1 - column : column) + right + kPad;
            wrong += out[static_cast<size_t>(i)] != padded[static_cast<size_t>((y * width + x) * 3 + i % 3)];
          }
        }
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("variation: every shift and both sides come, about equally often", "[datasets]") {
  const Augmentation augmentation = {.pad = 2, .flip = Flip::kRandom};
  std::map<std::pair<int64_t, int64_t>, int> shifts;
  int flips = 0;
  constexpr int kImages = 5000;
  for (int64_t i = 0; i < kImages; ++i) {
    const Variation variation = draw_variation(augmentation, 1, 0, i);
    ++shifts[{variation.down, variation.right}];
    flips += variation.flip;
  }
  CHECK(shifts.size() == 25);
  for (const auto& [shift, count] : shifts) {
    CHECK(std::abs(shift.first) <= 2);
    CHECK(std::abs(shift.second) <= 2);
    CHECK(std::abs(count - kImages / 25) < 70);  // five deviations of a binomial
  }
  CHECK(std::abs(flips - kImages / 2) < 180);
}

TEST_CASE("variation: a function of seed, epoch and index", "[datasets]") {
  const Augmentation augmentation = standard_augmentation();
  CHECK(augmentation.pad == 4);
  const auto drawn = [&](uint64_t seed, int64_t epoch, int64_t first) {
    std::vector<Variation> variations;
    for (int64_t i = first; i < first + 20; ++i) variations.push_back(draw_variation(augmentation, seed, epoch, i));
    return variations;
  };
  CHECK(drawn(1, 2, 3) == drawn(1, 2, 3));
  CHECK(drawn(1, 2, 3) != drawn(2, 2, 3));
  CHECK(drawn(1, 2, 3) != drawn(1, 3, 3));
  CHECK(drawn(1, 2, 3) != drawn(1, 2, 4));
}

TEST_CASE("variation: without augmentation nothing varies", "[datasets]") {
  for (int64_t i = 0; i < 100; ++i) CHECK(draw_variation({}, 1, i, i) == Variation{});
}

TEST_CASE("variation: alternating flips show both sides in any two consecutive epochs", "[datasets]") {
  const Augmentation augmentation = {.flip = Flip::kAlternating};
  int flips = 0;
  for (int64_t i = 0; i < 1000; ++i) {
    flips += draw_variation(augmentation, 1, 0, i).flip;
    for (int64_t epoch = 0; epoch < 4; ++epoch) {
      CHECK(draw_variation(augmentation, 1, epoch, i).flip != draw_variation(augmentation, 1, epoch + 1, i).flip);
    }
  }
  CHECK(std::abs(flips - 500) < 80);
}

TEST_CASE("augmentation: padding as large as the image and deviations of zero are errors", "[datasets]") {
  const Dataset dataset = small_dataset();
  CHECK_NOTHROW(check_augmentation({.pad = 4}, dataset));
  CHECK_THROWS_WITH(check_augmentation({.pad = 5}, dataset), ContainsSubstring("images of 5 x 7 allow 0 to 4"));
  CHECK_THROWS_AS(check_augmentation({.pad = -1}, dataset), Error);
  CHECK_THROWS_WITH(PixelNormalizer({{0, 0, 0}, {1, 0, 1}}), ContainsSubstring("channel 1 has std 0"));
}

TEST_CASE("varied: normalised images are varied as the loader varies bytes", "[datasets]") {
  const Dataset dataset = small_dataset();
  const PixelNormalizer normalizer({{0.5, 0.4, 0.3}, {0.2, 0.3, 0.4}});
  const auto written = [&](const Variation& variation) {
    Tensor images({dataset.size(), dataset.height, dataset.width, 3});
    for (int64_t i = 0; i < dataset.size(); ++i) {
      write_image(dataset, i, Padding::kReflection, variation, normalizer, images.data() + i * dataset.image_bytes());
    }
    return images;
  };
  for (const Variation& variation : {Variation{}, Variation{1, -2, false}, Variation{-4, 6, true}}) {
    CHECK(varied(written({}), variation).to_vector() == written(variation).to_vector());
  }
  CHECK_THROWS_WITH(varied(written({}), {.down = 5}), ContainsSubstring("a shift by 5 and 0 pixels, images of 5 x 7"));
}

TEST_CASE("test views: their weights add up to 1, and each has its mirror image", "[datasets]") {
  for (const int64_t count : {1, 2, 6}) {
    const std::vector<View> views = test_views(count);
    CHECK(static_cast<int64_t>(views.size()) == count);
    double sum = 0;
    for (const View& view : views) {
      sum += view.weight;
      const bool mirrored = std::any_of(views.begin(), views.end(), [&](const View& other) {
        return other.variation == Variation{view.variation.down, view.variation.right, !view.variation.flip} &&
               other.weight == view.weight;
      });
      CHECK(mirrored == (count > 1));
    }
    CHECK(sum == 1);
    CHECK(views.front().variation == Variation{});
  }
  CHECK_THROWS_WITH(test_views(3), ContainsSubstring("expected 1, 2 or 6"));
}

}  // namespace
}  // namespace onefold
