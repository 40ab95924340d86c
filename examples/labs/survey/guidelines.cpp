#include "examples/labs/survey/guidelines.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "examples/cli/best_seconds.h"
#include "examples/cli/signals.h"
#include "layers/inspect/trace.h"
#include "layers/models/survey/chain.h"

namespace onefold {

namespace {

using AddBlock = std::function<void(Chain& net)>;

/// Repeats a block that ends with the channels that it begins with.
Variant repeated(const std::string& name, const std::string& line, double x, int64_t channels, const AddBlock& add) {
  Initializer initializer(1);
  Chain net(channels, initializer);
  for (int64_t i = 0; i < kAlike; ++i) add(net);
  Variant variant{name, line, x, net.done(), channels};
  variant.network->eval();
  return variant;
}

// [guidelines]
Guideline equal_widths(int64_t side) {
  Guideline guideline{"G1: equal widths", "equal channel widths minimise memory accesses", "ratio of the widths", {}};
  const double pixels = static_cast<double>(side * side);
  for (const auto& [narrow, wide] : {std::pair{128, 128}, {90, 180}, {52, 312}, {36, 432}}) {
    const double ratio = wide / narrow;
    const std::string name = std::to_string(narrow) + " -> " + std::to_string(wide) + " -> " + std::to_string(narrow);
    guideline.variants.push_back(repeated(
        name, "1x1", ratio, narrow, [narrow = narrow, wide = wide](Chain& net) { net.conv(1, wide).conv(1, narrow); }));
    guideline.variants.back().bound = 2 * kAlike * least_accesses(pixels, pixels * narrow * wide);
  }
  return guideline;
}

Guideline groups() {
  Guideline guideline{"G2: groups", "groups raise memory accesses", "groups", {}};
  for (const auto& [groups, width] : {std::pair{1, 128}, {2, 180}, {4, 256}, {8, 360}}) {
    const std::string name = std::to_string(width) + " channels, groups: " + std::to_string(groups);
    guideline.variants.push_back(repeated(name, "1x1", groups, width, [groups = groups, width = width](Chain& net) {
      const ConvStyle style{.groups = groups};
      net.conv(1, width, style).conv(1, width, style);
    }));
  }
  return guideline;
}

Guideline fragments() {
  Guideline guideline{"G3: fragments", "fragments cost parallelism", "convolutions in place of one", {}};
  for (const auto& [count, width] : {std::pair{1, 128}, {2, 90}, {4, 64}}) {
    const std::string name = std::to_string(count) + " in series, " + std::to_string(width) + " channels";
    guideline.variants.push_back(repeated(name, "in series", count, width, [count = count, width = width](Chain& net) {
      for (int64_t i = 0; i < 2 * count; ++i) net.conv(1, width);
    }));
  }
  for (const int64_t count : {1, 2, 4}) {
    const std::string name = std::to_string(count) + " side by side, 128 channels";
    guideline.variants.push_back(repeated(name, "side by side", static_cast<double>(count), 128, [count](Chain& net) {
      for (int64_t i = 0; i < 2; ++i) {
        std::vector<Chain> parts;
        for (int64_t part = 0; part < count; ++part) {
          parts.push_back(net.branch());
          parts.back().conv(1, 128 / count);
        }
        std::vector<Chain*> branches;
        for (Chain& part : parts) branches.push_back(&part);
        net.concat(branches);
      }
    }));
  }
  return guideline;
}

Guideline element_wise() {
  Guideline guideline{"G4: element-wise", "element-wise work is not free", "passes beside a block's convolutions", {}};
  const ConvStyle style{.bias = true};  // so that a ReLU folds into the convolution
  const auto bottleneck = [style](bool relus, bool shortcut) {
    return [=](Chain& net) {
      Chain body = net.branch(), same = net.branch();
      for (const int64_t kernel : {1, 3}) {
        body.conv(kernel, 32, style);
        if (relus) body.relu();
      }
      body.conv(1, 128, style);
      if (relus) body.relu();
      if (shortcut) {
        net.sum(body, same);
      } else {
        net.append(body.done(), 128);
      }
    };
  };
  const auto add = [&](const std::string& name, double passes, bool relus, bool shortcut) {
    guideline.variants.push_back(repeated(name, "bottleneck", passes, 128, bottleneck(relus, shortcut)));
  };
  add("convolutions alone", 0, false, false);
  add("with a shortcut", 1, false, true);
  add("with three ReLUs", 3, true, false);
  add("with both", 4, true, true);
  add("with both, ReLUs folded into convolutions", 1, true, true);
  guideline.variants.back().line = "ReLUs folded";
  guideline.variants.back().network = guideline.variants.back().network->fold();
  return guideline;
}
// [/guidelines]

}  // namespace

double least_accesses(double pixels, double multiply_adds) {
  return 2 * std::sqrt(pixels * multiply_adds) + multiply_adds / pixels;
}

std::vector<Guideline> guidelines(int64_t side) {
  std::vector<Guideline> all;
  all.push_back(equal_widths(side));
  all.push_back(groups());
  all.push_back(fragments());
  all.push_back(element_wise());
  for (Guideline& guideline : all) {
    for (Variant& variant : guideline.variants) {
      const Trace counts = trace(*variant.network, {1, side, side, variant.in});
      variant.multiply_adds = counts.multiply_adds();
      variant.memory_accesses = counts.memory_accesses();
    }
  }
  return all;
}

void time_variants(std::vector<Guideline>& guidelines, int64_t side, int64_t batch, int64_t rounds) {
  const NoGrad no_grad;
  for (int64_t round = 0; round < rounds; ++round) {
    for (Guideline& guideline : guidelines) {
      for (Variant& variant : guideline.variants) {
        stop_if_signalled();
        const Variable x(Tensor::full({batch, side, side, variant.in}, Real(0.5)));
        if (round == 0) (*variant.network)(x);  // packs its weights
        const double seconds = best_seconds(1, [&] { (*variant.network)(x); });
        variant.seconds = round == 0 ? seconds : std::min(variant.seconds, seconds);
      }
    }
  }
}

}  // namespace onefold
