#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "layers/module.h"

namespace onefold {

// The four guidelines of ShuffleNet v2, each as networks that do the same work in different ways. Ma, Zhang, Zheng,
// Sun: "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design", ECCV 2018, section 2.

/// The fewest elements that a 1x1 convolution of so many multiply-adds on so many pixels reads and writes,
/// 2 sqrt(pixels multiply_adds) + multiply_adds / pixels: with as many channels out as in.
double least_accesses(double pixels, double multiply_adds);

/// A network of `kAlike` equal blocks, in evaluation mode.
struct Variant {
  std::string name;
  std::string line;  // of the chart; several variants share one
  double x = 0;      // and this one's place on it
  std::unique_ptr<Module> network = {};
  int64_t in = 0;    // channels of its images
  double bound = 0;  // on its memory accesses; 0 if none is known
  int64_t multiply_adds = 0, memory_accesses = 0;
  double seconds = 0;  // of a pass, the fastest of all rounds
};
inline constexpr int64_t kAlike = 4;

struct Guideline {
  std::string name;   // "G1: equal widths"
  std::string claim;  // the paper's
  std::string x_label;
  std::vector<Variant> variants;
};

/// All four, for feature maps of side x side pixels. What they count is filled in, what they take is not.
std::vector<Guideline> guidelines(int64_t side);

/// Times a pass of `batch` images through each variant, one after the other, `rounds` times.
void time_variants(std::vector<Guideline>& guidelines, int64_t side, int64_t batch, int64_t rounds);

}  // namespace onefold
