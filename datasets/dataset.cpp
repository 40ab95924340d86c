#include "datasets/dataset.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/check.h"
#include "core/parallel.h"

namespace onefold {

namespace {

constexpr int64_t kImagesPerRange = 256;

/// FNV-1a, 64 bits (Fowler, Noll, Vo): XOR with a byte, then multiply by a prime.
class Fnv1a {
 public:
  void add(uint8_t byte) { hash_ = (hash_ ^ byte) * 0x100000001B3; }

  void add_number(int64_t number) {
    for (int shift = 0; shift < 64; shift += 8) add(static_cast<uint8_t>(static_cast<uint64_t>(number) >> shift));
  }

  uint64_t value() const { return hash_; }

 private:
  uint64_t hash_ = 0xCBF29CE484222325;
};

}  // namespace

void check_dataset(const Dataset& dataset) {
  check(dataset.size() > 0, "dataset ", dataset.name, ": there are no images; add at least one");
  check(dataset.channels == 3, "dataset ", dataset.name, ": images have ", dataset.channels,
        " channels, expected 3: convert them to RGB");
  check(dataset.height >= 1 && dataset.width >= 1, "dataset ", dataset.name, ": images are ", dataset.height, " x ",
        dataset.width, " pixels, both must be at least 1");
  check(static_cast<int64_t>(dataset.pixels.size()) == dataset.size() * dataset.image_bytes(), "dataset ", dataset.name,
        ": ", dataset.pixels.size(), " bytes of pixels, ", dataset.size(), " labels at ", dataset.image_bytes(),
        " bytes per image need ", dataset.size() * dataset.image_bytes());
}

ChannelNormalization channel_normalization(const Dataset& dataset) {
  check_dataset(dataset);

  // Sums of integers, exact in a double up to 2^53: values, then squares, of each channel.
  const std::vector<double> sums =
      ordered_sums(dataset.size(), kImagesPerRange, 6, [&](int64_t begin, int64_t end, double* range_sums) {
        std::array<int64_t, 3> values{}, squares{};
        for (const uint8_t* pixel = dataset.image(begin); pixel != dataset.image(end); pixel += 3) {
          for (size_t c = 0; c < 3; ++c) {
            values[c] += pixel[c];
            squares[c] += pixel[c] * pixel[c];
          }
        }
        for (size_t c = 0; c < 3; ++c) {
          range_sums[c] += static_cast<double>(values[c]);
          range_sums[3 + c] += static_cast<double>(squares[c]);
        }
      });

  const double count = static_cast<double>(dataset.size() * dataset.height * dataset.width);
  ChannelNormalization result;
  for (size_t c = 0; c < 3; ++c) {
    const double mean = sums[c] / count;
    const double variance = std::max(0.0, sums[3 + c] / count - mean * mean);
    result.mean[c] = mean / 255;
    result.deviation[c] = variance > 0 ? std::sqrt(variance) / 255 : 1;
  }
  return result;
}

Dataset first_images(const Dataset& dataset, int64_t count) {
  check(count >= 1, "first images: got a count of ", count, ", choose at least 1");
  count = std::min(count, dataset.size());
  Dataset result;
  result.name = dataset.name;
  result.classes = dataset.classes;
  result.height = dataset.height;
  result.width = dataset.width;
  result.channels = dataset.channels;
  result.pixels.assign(dataset.image(0), dataset.image(count));
  result.labels.assign(dataset.labels.begin(), dataset.labels.begin() + count);
  return result;
}

std::string content_hash(const Dataset& dataset) {
  Fnv1a hash;
  const std::array<int64_t, 4> extents = {dataset.size(), dataset.height, dataset.width, dataset.channels};
  for (const int64_t extent : extents) hash.add_number(extent);
  for (const int label : dataset.labels) hash.add_number(label);
  for (const uint8_t pixel : dataset.pixels) hash.add(pixel);

  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash.value()));
  return digits;
}

}  // namespace onefold
