#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "layers/calculus/linear_block.h"
#include "layers/families/weights/dirac_conv2d.h"
#include "layers/families/weights/do_conv2d.h"
#include "layers/families/weights/expand_conv2d.h"
#include "layers/families/weights/orepa_conv2d.h"
#include "layers/families/weights/rep_optimizer.h"

// The families that re-parameterize the weights, each by its name and a function that makes one.

namespace onefold::testing {

struct WeightFamily {
  std::string name;
  int64_t size;  // of its kernel
  std::function<std::unique_ptr<Module>(const Conv2dOptions&, Initializer&)> make;
};

template <class Conv>
std::unique_ptr<Module> make_conv(const Conv2dOptions& options, Initializer& initializer) {
  return std::make_unique<Conv>(options, initializer);
}

inline std::vector<WeightFamily> weight_families() {
  const auto expand = [](Expansion expansion) {
    return [expansion](const Conv2dOptions& options, Initializer& initializer) -> std::unique_ptr<Module> {
      return std::make_unique<ExpandConv2d>(options, initializer, ExpandOptions{.expansion = expansion, .rate = 2});
    };
  };
  const auto rep_optimizer = [](const Conv2dOptions& options, Initializer& initializer) -> std::unique_ptr<Module> {
    const bool identity = options.in == options.out && options.args.stride_h == 1;
    const RepOptimizerScales scales{.s3 = Real(0.7), .s1 = Real(0.5), .identity = identity};
    return std::make_unique<RepOptimizerConv2d>(options, scales, initializer);
  };
  return {{"DO-Conv", 3, make_conv<DoConv2d>},
          {"ExpandNet CL", 3, expand(Expansion::layers)},
          {"ExpandNet CK", 5, expand(Expansion::kernels)},
          {"DiracNet", 3, make_conv<DiracConv2d>},
          {"OREPA", 3, make_conv<OrepaConv2d>},
          {"RepOptimizer", 3, rep_optimizer}};
}

/// relu(batch norm(convolution of the family)).
inline std::unique_ptr<LinearBlock> weight_block(const WeightFamily& family, int64_t in, int64_t out, int64_t stride,
                                                 int64_t groups, Initializer& initializer) {
  auto block = std::make_unique<LinearBlock>(Activation::relu);
  Branch& branch = block->add_branch(family.name);
  branch.append("conv", family.make(same_convolution(in, out, family.size, family.size, stride, groups), initializer));
  branch.add<BatchNorm2d>("bn", out);
  return block;
}

}  // namespace onefold::testing
