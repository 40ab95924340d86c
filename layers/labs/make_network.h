#pragma once

#include <memory>
#include <string>

#include "layers/labs/vgg_variant.h"

namespace onefold {

/// Whether vgg_variant() is asked for the network of this name, such as "mini" or "mini+g4", and not the survey's table
/// in layers/models/survey/survey.h.
bool is_repvgg(const std::string& net);

/// A network by the name that people type, in training form. The family is that of a RepVGG's blocks; other networks
/// have no choice. Throws Error for an unknown name, and suggests the nearest ones.
std::unique_ptr<Module> make_network(const std::string& net, const std::string& family, int64_t classes,
                                     Initializer& initializer);

/// What it folds to, with some weights, for loading a folded state.
std::unique_ptr<Module> make_folded_network(const std::string& net, const std::string& family, int64_t classes);

/// Throws Error, as make_network() does, for a name that it does not take.
void check_network(const std::string& net);

}  // namespace onefold
