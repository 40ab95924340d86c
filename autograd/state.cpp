#include "autograd/state.h"

#include <algorithm>
#include <sstream>

#include "core/check.h"

namespace onefold {

void add_numbered(std::map<std::string, Tensor>& state, const std::string& name, const std::vector<Tensor>& tensors) {
  for (size_t i = 0; i < tensors.size(); ++i) state[name + "." + std::to_string(i)] = tensors[i];
}

std::string state_differences(const std::map<std::string, Tensor>& needed, const std::map<std::string, Tensor>& given) {
  std::ostringstream text;
  for (const auto& [name, tensor] : needed) {
    if (!given.contains(name)) text << "\n  missing      " << name << " " << tensor.shape();
  }
  for (const auto& [name, tensor] : given) {
    if (!needed.contains(name)) text << "\n  unexpected   " << name << " " << tensor.shape();
  }
  for (const auto& [name, tensor] : needed) {
    const auto found = given.find(name);
    if (found == given.end() || (found->second.defined() && found->second.shape() == tensor.shape())) continue;
    text << "\n  other shape  " << name << " " << found->second.shape() << ", needed " << tensor.shape();
  }
  return text.str();
}

void copy_state(const std::string& whose, const std::map<std::string, Tensor>& given,
                std::map<std::string, Tensor> own) {
  const std::string differences = state_differences(own, given);
  check(differences.empty(), whose, ": this is not a state of it with these parameters:", differences,
        "\nnothing was loaded; make it with the options and the parameters that the state was saved from");
  for (auto& [name, tensor] : own) std::copy_n(given.at(name).data(), tensor.size(), tensor.data());
}

}  // namespace onefold
