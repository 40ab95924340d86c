#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace onefold {

/// The five stages of a RepVGG for 32x32 images. Stage 0 is the stem; stages 2 to 4 begin with stride 2.
/// Ding et al.: "RepVGG: Making VGG-style ConvNets Great Again", CVPR 2021, section 3.4.
struct RepVggSize {
  std::string name;
  std::array<int64_t, 5> depths;  // blocks per stage
  std::array<int64_t, 5> widths;  // channels per stage
  int64_t groups = 1;             // of every second block, starting with the third, as in the paper's g2 and g4
};

/// The size by name: "tiny", "mini", "S" or "A0". Throws Error for any other name and lists the valid ones.
RepVggSize repvgg_size(const std::string& name);

std::vector<std::string> repvgg_names();

}  // namespace onefold
