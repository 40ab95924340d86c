#include "layers/families/families.h"

#include <algorithm>

#include "core/check.h"
#include "layers/families/ac_block.h"
#include "layers/families/dilated_block.h"
#include "layers/families/diverse_branch_block.h"
#include "layers/families/mobile_one_block.h"
#include "layers/families/plain_block.h"
#include "layers/families/qa_repvgg_block.h"
#include "layers/families/rep_mixer_block.h"
#include "layers/families/weights/dirac_conv2d.h"
#include "layers/families/weights/do_conv2d.h"
#include "layers/families/weights/expand_conv2d.h"
#include "layers/families/weights/orepa_conv2d.h"
#include "layers/families/weights/rep_optimizer.h"
#include "layers/fold/repvgg_block.h"

namespace onefold {

namespace {

using Make = std::unique_ptr<Module> (*)(const BlockOptions& options, Initializer& initializer);

struct Family {
  std::string name;
  Make make;
};

template <class Block>
std::unique_ptr<Module> make(const BlockOptions& options, Initializer& initializer) {
  return std::make_unique<Block>(options, initializer);
}

const std::vector<Family>& families() {
  // [families]
  static const std::vector<Family> all = {
      {"none", make<PlainBlock>},
      {"repvgg", make<RepVggBlock>},
      {"acb", make<AcBlock>},
      {"dbb", make<DiverseBranchBlock>},
      {"mobileone", make<MobileOneBlock>},
      {"qarepvgg", make<QaRepVggBlock>},
      {"orepa", make<ConvBlock<OrepaConv2d>>},
      {"doconv", make<ConvBlock<DoConv2d>>},
      {"expandnet", make<ConvBlock<ExpandConv2d>>},
      {"diracnet", make<ConvBlock<DiracConv2d>>},
      {"repoptimizer", make<ConvBlock<RepOptimizerConv2d>>},
      {"repmixer", make<RepMixerBlock>},
      {"unireplk", make<DilatedBlock>},
  };
  // [/families]
  return all;
}

}  // namespace

std::vector<std::string> family_names() {
  std::vector<std::string> names;
  for (const Family& family : families()) names.push_back(family.name);
  return names;
}

void check_family(const std::string& name) {
  std::string names;
  for (const std::string& known : family_names()) {
    if (known == name) return;
    names += (names.empty() ? "" : ", ") + known;
  }
  fail("unknown block family \"", name, "\"; expected one of ", names);
}

std::unique_ptr<Module> make_block(const std::string& family, const BlockOptions& options, Initializer& initializer) {
  check_family(family);
  const auto known =
      std::find_if(families().begin(), families().end(), [&](const Family& each) { return each.name == family; });
  try {
    return known->make(options, initializer);
  } catch (const Error& error) {
    fail("family \"", family, "\", block ", options.text(), ": ", error.what());
  }
}

}  // namespace onefold
