#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace onefold {

/// Labelled images of one size, in memory, 8 bits per channel.
struct Dataset {
  std::string name;                  // "CIFAR-10 (official binary files)", as shown in run.json and reports
  std::vector<std::string> classes;  // class names; labels index them
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 3;
  std::vector<uint8_t> pixels;  // [N, H, W, C]
  std::vector<int> labels;      // [N]
  std::string left_out = "";    // skipped images in unsupported formats, such as "3 .webp, 1 .gif"

  int64_t size() const { return static_cast<int64_t>(labels.size()); }
  int64_t image_bytes() const { return height * width * channels; }
  const uint8_t* image(int64_t index) const { return pixels.data() + index * image_bytes(); }
};

/// The training split and the test split.
struct DatasetSplits {
  Dataset train;
  Dataset test;
};

/// Mean and std per channel of [0, 1]-valued pixels over a whole dataset, used to normalise images.
struct ChannelNormalization {
  std::array<double, 3> mean = {0, 0, 0};
  std::array<double, 3> deviation = {1, 1, 1};
};

/// Throws Error if the dataset is inconsistent or has no images. A constant channel gets std 1.
ChannelNormalization channel_normalization(const Dataset& dataset);

/// Throws Error unless there is at least one image, images have three channels and a label each, and no pixels are
/// missing.
void check_dataset(const Dataset& dataset);

/// The first `count` images, or all if there are fewer.
Dataset first_images(const Dataset& dataset, int64_t count);

/// A 64-bit FNV-1a hash of sizes, labels and pixels as 16 hexadecimal digits, to tell whether two runs used the same
/// data.
std::string content_hash(const Dataset& dataset);

}  // namespace onefold
