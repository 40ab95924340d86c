#include "layers/families/dilated_block.h"

#include <vector>

#include "core/check.h"

namespace onefold {

namespace {

struct SmallKernel {
  int64_t kernel, dilation;
};

/// The small kernels next to a large one, as the authors chose them.
std::vector<SmallKernel> small_kernels(int64_t large) {
  switch (large) {
    case 5: return {{3, 1}, {3, 2}};
    case 7: return {{5, 1}, {3, 2}, {3, 3}};
    case 9: return {{5, 1}, {5, 2}, {3, 3}, {3, 4}};
    case 11: return {{5, 1}, {5, 2}, {3, 3}, {3, 4}, {3, 5}};
    case 13: return {{5, 1}, {7, 2}, {3, 3}, {3, 4}, {3, 5}};
    case 15: return {{5, 1}, {7, 2}, {3, 3}, {3, 5}, {3, 7}};
    case 17: return {{5, 1}, {9, 2}, {3, 4}, {3, 5}, {3, 7}};
    default: fail("DilatedBlock: kernel ", large, "; it must be odd and from 5 to 17");
  }
}

}  // namespace

// [dilated-block]
DilatedBlock::DilatedBlock(const BlockOptions& options, int64_t kernel, Initializer& initializer)
    : LinearBlock(options.activation), options_(options), kernel_(kernel) {
  check(options.is_depthwise() && options.stride == 1, "DilatedBlock: the block is depthwise; it ",
        "needs in = out = groups, above 1, and stride 1");
  const int64_t channels = options.out;
  const auto add = [&](const std::string& name, const std::string& number, int64_t extent, int64_t dilation) {
    Branch& branch = add_branch(name);
    branch.add<Conv2d>("conv" + number, same_convolution(channels, channels, extent, extent, 1, channels, dilation),
                       initializer);
    branch.add<BatchNorm2d>("bn" + number, channels);
  };
  const std::string large = std::to_string(kernel);
  add(large + "x" + large, large, kernel, 1);
  for (const SmallKernel& small : small_kernels(kernel)) {
    const std::string extent = std::to_string(small.kernel), dilation = std::to_string(small.dilation);
    add(extent + "x" + extent + " dilation " + dilation, extent + "_" + dilation, small.kernel, small.dilation);
  }
}
// [/dilated-block]

std::string DilatedBlock::description() const {
  return "DilatedBlock " + options_.text() + ", kernel " + std::to_string(kernel_);
}

std::unique_ptr<Module> make_dilated_block(const BlockOptions& options, Initializer& initializer) {
  return std::make_unique<DilatedBlock>(options, initializer);
}

}  // namespace onefold
