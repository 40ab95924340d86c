#include "layers/labs/make_network.h"

#include <algorithm>

#include "core/check.h"

namespace onefold {

// Of layers/models/survey/survey.h, declared here: who reads how a network is trained or saved need not pass them all.
std::unique_ptr<Sequential> make_survey_network(const std::string& name, int64_t classes, Initializer& initializer);
bool is_survey_network(const std::string& name);

bool is_repvgg(const std::string& net) {
  const std::vector<std::string> names = vgg_variant_names();
  return std::find(names.begin(), names.end(), net.substr(0, net.find('+'))) != names.end();
}

std::unique_ptr<Module> make_network(const std::string& net, const std::string& family, int64_t classes,
                                     Initializer& initializer) {
  if (is_repvgg(net)) return make_repvgg(vgg_variant(net, family), classes, initializer);
  try {
    return make_survey_network(net, classes, initializer);
  } catch (const Error& error) {
    if (is_survey_network(net)) throw;
    std::string sizes;
    for (const std::string& size : vgg_variant_names()) sizes += (sizes.empty() ? "" : ", ") + size;
    fail(error.what(), "; those of RepVGG are ", sizes);
  }
}

std::unique_ptr<Module> make_folded_network(const std::string& net, const std::string& family, int64_t classes) {
  if (is_repvgg(net)) return make_plain_vgg(vgg_variant(net, family), classes);
  Initializer any(0);
  const auto trained = make_network(net, family, classes, any);
  trained->eval();
  return trained->fold();
}

void check_network(const std::string& net) {
  Initializer any(0);
  make_network(net, "none", 2, any);
}

}  // namespace onefold
