#include "layers/families/families.h"

#include <algorithm>

#include "core/check.h"
#include "layers/fold/repvgg_block.h"

namespace onefold {

// Each is defined in its block's own file, and only this file refers to it.
using Make = std::unique_ptr<Module>(const BlockOptions& options, Initializer& initializer);
Make make_plain_block, make_ac_block, make_diverse_branch_block, make_mobile_one_block, make_qa_repvgg_block;
Make make_orepa_block, make_do_block, make_expand_block, make_dirac_block, make_rep_optimizer_block;
Make make_rep_mixer_block, make_dilated_block;

namespace {

struct Family {
  std::string name;
  Make* make;
};

std::unique_ptr<Module> make_repvgg_block(const BlockOptions& options, Initializer& initializer) {
  return std::make_unique<RepVggBlock>(options, initializer);
}

const std::vector<Family>& families() {
  // [families]
  static const std::vector<Family> all = {
      {"none", make_plain_block},
      {"repvgg", make_repvgg_block},
      {"acb", make_ac_block},
      {"dbb", make_diverse_branch_block},
      {"mobileone", make_mobile_one_block},
      {"qarepvgg", make_qa_repvgg_block},
      {"orepa", make_orepa_block},
      {"doconv", make_do_block},
      {"expandnet", make_expand_block},
      {"diracnet", make_dirac_block},
      {"repoptimizer", make_rep_optimizer_block},
      {"repmixer", make_rep_mixer_block},
      {"unireplk", make_dilated_block},
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
