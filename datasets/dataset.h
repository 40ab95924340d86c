#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace onefold {

/// Labelled images of one size, in memory, 8 bits a channel.
struct Dataset {
  std::string name;                  // "CIFAR-10 (official binary files)", as run.json and reports give it
  std::vector<std::string> classes;  // class names; labels index them
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 3;
  std::vector<uint8_t> pixels;  // [N, H, W, C]
  std::vector<int> labels;      // [N]
  std::string left_out = "";    // pictures in formats that are not read, as "3 .webp, 1 .gif"

  int64_t size() const { return static_cast<int64_t>(labels.size()); }
  int64_t image_bytes() const { return height * width * channels; }
  const uint8_t* image(int64_t index) const { return pixels.data() + index * image_bytes(); }
};

/// What is trained on and what is only tested on.
struct DatasetSplits {
  Dataset train;
  Dataset test;
};

/// Mean and deviation of each channel of [0, 1]-valued pixels over a whole dataset: what images are normalised by.
struct ChannelNormalization {
  std::array<double, 3> mean = {0, 0, 0};
  std::array<double, 3> deviation = {1, 1, 1};
};

/// Throws Error for an inconsistent dataset or one without images. A channel that never varies has deviation 1.
ChannelNormalization channel_normalization(const Dataset& dataset);

/// Throws Error unless there is at least one image, of three channels, with a label each, and all pixels are there.
void check_dataset(const Dataset& dataset);

/// The first `count` images, or all where there are fewer.
Dataset first_images(const Dataset& dataset, int64_t count);

/// A 64-bit FNV-1a hash of sizes, labels and pixels as 16 hexadecimal digits: tells whether two runs saw the same data.
std::string content_hash(const Dataset& dataset);

}  // namespace onefold
