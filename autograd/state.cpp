#include "autograd/state.h"

#include <algorithm>
#include <sstream>

#include "core/check.h"

namespace onefold {

std::map<std::string, Tensor> numbered_state(const Memory& memory) {
  std::map<std::string, Tensor> state;
  for (const auto& [name, tensors] : memory) {
    for (size_t i = 0; i < tensors.size(); ++i) state[name + "." + std::to_string(i)] = tensors[i].clone();
  }
  return state;
}

namespace {

/// The prefix of every name of `longer` without which the names are those of `shorter`; empty if none exists.
std::string common_prefix(const std::map<std::string, Tensor>& longer, const std::map<std::string, Tensor>& shorter) {
  if (longer.empty() || longer.size() != shorter.size()) return "";
  // A prefix keeps the order of names, so the first names of both are a pair.
  const std::string &first = longer.begin()->first, &end = shorter.begin()->first;
  if (!first.ends_with(end)) return "";
  const std::string prefix = first.substr(0, first.size() - end.size());
  const auto is_pair = [&](const auto& a, const auto& b) { return a.first == prefix + b.first; };
  return std::equal(longer.begin(), longer.end(), shorter.begin(), is_pair) ? prefix : "";
}

}  // namespace

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
    text << "\n  wrong shape  " << name << " " << found->second.shape() << ", expected " << tensor.shape();
  }
  if (const std::string prefix = common_prefix(given, needed); !prefix.empty()) {
    text << "\n  all names would fit without the prefix \"" << prefix << "\"; rename them and save again";
  }
  if (const std::string prefix = common_prefix(needed, given); !prefix.empty()) {
    text << "\n  all names would fit with the prefix \"" << prefix << "\"; rename them and save again";
  }
  return text.str();
}

void load_numbered_state(const std::string& whose, Memory& memory, const std::map<std::string, Tensor>& state) {
  const std::string differences = state_differences(numbered_state(memory), state);
  check(differences.empty(), whose, ": the state does not fit these parameters:", differences,
        "\nnothing was loaded; create it with the options and parameters that the state was saved with");
  for (auto& [name, tensors] : memory) {
    for (size_t i = 0; i < tensors.size(); ++i) {
      const Tensor& from = state.at(name + "." + std::to_string(i));
      std::copy_n(from.data(), from.size(), tensors[i].data());
    }
  }
}

}  // namespace onefold
