#include "layers/families/mobile_one_block.h"

#include "core/check.h"

namespace onefold {

// [mobile-one-block]
MobileOneBlock::MobileOneBlock(const BlockOptions& options, int64_t kernel, int64_t copies, Initializer& initializer)
    : LinearBlock(options.activation), options_(options), kernel_(kernel), copies_(copies) {
  check(kernel == 1 || kernel == 3, "MobileOneBlock: kernel ", kernel, "; a block is 3x3 or, with 1, pointwise");
  check(copies >= 1, "MobileOneBlock: ", copies, " copies of the convolution; expected at least 1");
  const auto add = [&](int64_t extent, const std::string& number, const std::string& name) {
    const std::string extents = std::to_string(extent);
    Branch& branch = add_branch(extents + "x" + extents + name);
    branch.add<Conv2d>("conv" + extents + number, same_convolution(options, extent, extent), initializer);
    branch.add<BatchNorm2d>("bn" + extents + number, options.out);
  };
  for (int64_t copy = 0; copy < copies; ++copy) {
    add(kernel, "_" + std::to_string(copy), copies > 1 ? ", copy " + std::to_string(copy + 1) : "");
  }
  if (kernel != 1) add(1, "", "");
  if (options.keeps_shape()) add_branch("identity").add<BatchNorm2d>("bn0", options.out);
}
// [/mobile-one-block]

std::string MobileOneBlock::description() const {
  return "MobileOneBlock " + options_.text() + (kernel_ == 1 ? ", pointwise" : "") + ", " + std::to_string(copies_) +
         (copies_ == 1 ? " copy" : " copies");
}

std::unique_ptr<Module> make_mobile_one_block(const BlockOptions& options, Initializer& initializer) {
  return std::make_unique<MobileOneBlock>(options, initializer);
}

}  // namespace onefold
